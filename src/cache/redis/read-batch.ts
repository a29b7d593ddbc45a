import type { SlotKeys } from './redis-keys';

const MAX_KEYS = 500;

/** Values in the order of their keys; the first is the head of the slot. */
export type SlotValues = readonly (Buffer | null)[];

/** Asks Redis for keys within a deadline (ms), and calls one of the two back. */
export type ReadKeys = (
  keys: string[],
  timeoutMs: number,
  resolve: (values: SlotValues) => void,
  reject: (error: Error) => void,
) => void;

/** Reads that travel together. */
class Round {
  readonly keys: string[];
  leftMs = Number.POSITIVE_INFINITY;
  readonly values: Promise<SlotValues>;
  resolve!: (values: SlotValues) => void;
  reject!: (error: Error) => void;

  constructor(head: string) {
    this.keys = [head];
    this.values = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
  }
}

/** A place in a round: `(await values)[at]`, and the slot's head as the first of them. */
export interface RoundPlace {
  readonly values: Promise<SlotValues>;
  readonly at: number;
}

/** Reads of one slot that are asked for in the same tick travel together, with one look at the slot's head. */
export class ReadBatch {
  private round: Round | undefined;

  constructor(
    private readonly slot: SlotKeys,
    private readonly ask: ReadKeys,
  ) {}

  read(key: string, leftMs: number): RoundPlace {
    const round = this.round ?? this.begin();
    const at = round.keys.push(this.slot.value(key)) - 1;
    if (leftMs < round.leftMs) round.leftMs = leftMs;
    if (at === MAX_KEYS) this.send(round);
    return { values: round.values, at };
  }

  private begin(): Round {
    const round = new Round(this.slot.head);
    this.round = round;
    process.nextTick(SEND, this, round);
    return round;
  }

  /** Sends a round, unless it has been sent because it was full. */
  send(round: Round): void {
    if (round !== this.round) return;
    this.round = undefined;
    this.ask(round.keys, round.leftMs, round.resolve, round.reject);
  }
}

/** One function for all rounds instead of a closure for each. */
const SEND = (batch: ReadBatch, round: Round): void => batch.send(round);
