import type { SlotKeys } from './redis.keys';

const MAX_KEYS = 500;

interface Waiting {
  readonly key: string;
  readonly leftMs: number;
  readonly resolve: (answer: SlotAnswer) => void;
  readonly reject: (error: unknown) => void;
}

/** What Redis holds of a key, read in one step with the head of its slot. */
export interface SlotAnswer {
  readonly head: Buffer | null;
  readonly value: Buffer | null;
}

/** Reads of one slot that are asked for in the same tick travel together, with one look at the slot's head. */
export class ReadBatch {
  private waiting: Waiting[] = [];

  constructor(
    private readonly slot: SlotKeys,
    private readonly mget: (keys: string[], timeoutMs: number) => Promise<(Buffer | null)[]>,
  ) {}

  read(key: string, leftMs: number): Promise<SlotAnswer> {
    return new Promise((resolve, reject) => {
      if (this.waiting.length === 0) process.nextTick(() => this.send());
      this.waiting.push({ key, leftMs, resolve, reject });
      if (this.waiting.length === MAX_KEYS) this.send();
    });
  }

  private send(): void {
    const { waiting } = this;
    if (waiting.length === 0) return;
    this.waiting = [];
    const keys = [this.slot.head, ...waiting.map(({ key }) => this.slot.value(key))];
    const timeoutMs = Math.min(...waiting.map(({ leftMs }) => leftMs));
    this.mget(keys, timeoutMs).then(
      ([head = null, ...values]) => waiting.forEach(({ resolve }, at) => resolve({ head, value: values[at] ?? null })),
      (error: unknown) => waiting.forEach(({ reject }) => reject(error)),
    );
  }
}
