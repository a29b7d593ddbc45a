import type { ChangedSince } from '../namespace/sets-under-way';
import type { MissedSet } from './recovery-journal';

const MAX_WRITES = 500;
const MAX_BYTES = 65_536;

/** A value to be written, and what was changed since. */
export interface PendingWrite {
  readonly write: MissedSet;
  readonly since: ChangedSince;
}

/** Values that are sent together. */
export class WriteRound {
  readonly writes: PendingWrite[] = [];
  bytes = 0;
  readonly sent: Promise<void>;
  resolve!: (sent: Promise<void>) => void;

  constructor() {
    this.sent = new Promise((resolve) => (this.resolve = resolve));
  }
}

/** Sends the values of one slot that are written in the same tick together, as far as they are not large. */
export class WriteBatch {
  private round: WriteRound | undefined;

  /** `sendRound` resolves when Redis has the values, or they are journalled. */
  constructor(private readonly sendRound: (round: WriteRound) => Promise<void>) {}

  /** Resolves with the round that the value is in; all of a round share one promise. */
  write(write: MissedSet, since: ChangedSince): Promise<void> {
    let { round } = this;
    const { length } = write.encoded;
    if (round !== undefined && round.bytes + length > MAX_BYTES) {
      this.send(round);
      round = undefined;
    }
    if (round === undefined) {
      this.round = round = new WriteRound();
      process.nextTick(SEND, this, round);
    }
    round.bytes += length;
    if (round.writes.push({ write, since }) === MAX_WRITES) this.send(round);
    return round.sent;
  }

  /** Sends a round, unless it was full and has been sent already. */
  send(round: WriteRound): void {
    if (round !== this.round) return;
    this.round = undefined;
    round.resolve(this.sendRound(round));
  }
}

/** One function for all rounds: a closure for each would cost an allocation. */
const SEND = (batch: WriteBatch, round: WriteRound): void => batch.send(round);
