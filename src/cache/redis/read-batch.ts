import type { SlotKeys } from './redis-keys';

const MAX_KEYS = 500;

/** Values in the order of their keys. The first one is the head of the slot. */
export type SlotValues = readonly (Buffer | null)[];

/**
 * Reads keys from Redis within a deadline (ms), and calls one of the two callbacks: with the values, and how much of that
 * time each of their readers has spent.
 */
export type ReadKeys = (
  keys: string[],
  timeoutMs: number,
  resolve: (values: SlotValues, spentMs: number) => void,
  reject: (error: Error) => void,
) => void;

/** Reads that are sent in one command. */
class Round {
  readonly keys: string[];
  leftMs = Number.POSITIVE_INFINITY;
  readonly values: Promise<SlotValues>;
  spentMs = 0;
  private settle!: (values: SlotValues) => void;
  reject!: (error: Error) => void;

  constructor(head: string) {
    this.keys = [head];
    this.values = new Promise((resolve, reject) => {
      this.settle = resolve;
      this.reject = reject;
    });
  }

  readonly resolve = (values: SlotValues, spentMs: number): void => {
    this.spentMs = spentMs;
    this.settle(values);
  };
}

/** Where the answer to one read is: `(await round.values)[at]`; `[0]` is the slot's head. */
export interface RoundPlace {
  readonly round: { readonly values: Promise<SlotValues>; readonly spentMs: number };
  readonly at: number;
}

/** Sends the reads of one slot that begin in the same tick as one command, which also reads the slot's head. */
export class ReadBatch {
  private round: Round | undefined;

  constructor(
    private readonly slot: SlotKeys,
    private readonly readKeys: ReadKeys,
  ) {}

  read(key: string, leftMs: number): RoundPlace {
    const round = this.round ?? this.begin();
    const at = round.keys.push(this.slot.value(key)) - 1;
    if (leftMs < round.leftMs) round.leftMs = leftMs;
    if (at === MAX_KEYS) this.send(round);
    return { round, at };
  }

  private begin(): Round {
    const round = new Round(this.slot.head);
    this.round = round;
    process.nextTick(SEND, this, round);
    return round;
  }

  /** Sends a round, unless it was full and has been sent already. */
  send(round: Round): void {
    if (round !== this.round) return;
    this.round = undefined;
    this.readKeys(round.keys, round.leftMs, round.resolve, round.reject);
  }
}

/** One function for all rounds: a closure for each would cost an allocation. */
const SEND = (batch: ReadBatch, round: Round): void => batch.send(round);
