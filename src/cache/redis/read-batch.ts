import type { SlotKeys } from './redis-keys';

const MAX_KEYS = 500;

/** Values in the order of their keys. The first one is the head of the slot. */
export type SlotValues = readonly (Buffer | null)[];

/** Who reads one key. One of the two is called, once. */
export interface Reader {
  /** With the slot's head, the value, and how much of its time (ms) the reader has spent. */
  answered(head: Buffer | null, value: Buffer | null, spentMs: number): void;
  failed(): void;
}

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
  readonly readers: Reader[] = [];
  leftMs = Number.POSITIVE_INFINITY;

  constructor(head: string) {
    this.keys = [head];
  }

  readonly answered = (values: SlotValues, spentMs: number): void => {
    const { readers } = this;
    const head = values[0] ?? null;
    for (let at = 0; at < readers.length; at++) readers[at]!.answered(head, values[at + 1] ?? null, spentMs);
  };

  readonly failed = (): void => {
    for (const reader of this.readers) reader.failed();
  };
}

/** Sends the reads of one slot that begin in the same tick as one command, which also reads the slot's head. */
export class ReadBatch {
  private round: Round | undefined;

  constructor(
    private readonly slot: SlotKeys,
    private readonly readKeys: ReadKeys,
  ) {}

  read(key: string, leftMs: number, reader: Reader): void {
    const round = this.round ?? this.begin();
    round.keys.push(this.slot.value(key));
    if (leftMs < round.leftMs) round.leftMs = leftMs;
    if (round.readers.push(reader) === MAX_KEYS) this.send(round);
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
    this.readKeys(round.keys, round.leftMs, round.answered, round.failed);
  }
}

/** One function for all rounds: a closure for each would cost an allocation. */
const SEND = (batch: ReadBatch, round: Round): void => batch.send(round);
