import type { Cluster, Redis } from 'ioredis';
import { type KeyValues, mget } from './mget';
import type { Answered, Call, RedisLink } from './redis-link';
import type { SlotKeys } from './redis-keys';
import { SMALL, timeoutOf } from './step-size';

const MAX_KEYS = 500;
/** What one key of a read counts for among the bytes under way; how large its value is is not known before. */
const BYTES_OF_READ = 128;
/** To read so many keys is the work of writing one. */
const KEYS_READ_AS_ONE = 5;
const KEYS_OF_SMALL_READ = 50;

/** Who reads one key. One of the two is called, once. */
export interface Reader {
  /** With the slot's head, the value, and how much of its time (ms) the reader has spent. */
  answered(head: Buffer | null, value: Buffer | null, spentMs: number): void;
  failed(): void;
}

/** How reads get to Redis. */
export interface ReadRoute {
  readonly client: Redis | Cluster;
  readonly link: RedisLink;
}

/** Reads that are sent in one command, whose first key is the head of the slot. */
class Round implements Call<KeyValues> {
  readonly keys: string[];
  readonly readers: Reader[];
  /** What a ms of waiting costs each of them: many keys are waited for longer than one caller would. */
  share = 1;

  constructor(
    private readonly client: Redis | Cluster,
    head: string,
    key: string,
    reader: Reader,
    /** The least time (ms) that one of the readers has. */
    public leftMs: number,
  ) {
    this.keys = [head, key];
    this.readers = [reader];
  }

  send(caller: Answered<KeyValues>): void {
    mget(this.client, this.keys, caller);
  }

  answered(values: KeyValues, tookMs: number): void {
    const { readers } = this;
    const head = values[0] ?? null;
    const spentMs = tookMs * this.share;
    for (let at = 0; at < readers.length; at++) readers[at]!.answered(head, values[at + 1] ?? null, spentMs);
  }

  failed(): void {
    for (const reader of this.readers) reader.failed();
  }
}

/** Sends the reads of one slot that begin in the same tick as one command, which also reads the slot's head. */
export class ReadBatch {
  private round: Round | undefined;

  constructor(
    private readonly slot: SlotKeys,
    private readonly route: ReadRoute,
  ) {}

  read(key: string, leftMs: number, reader: Reader): void {
    const { round } = this;
    const valueKey = this.slot.value(key);
    if (round === undefined) {
      this.round = new Round(this.route.client, this.slot.head, valueKey, reader, leftMs);
      process.nextTick(SEND, this, this.round);
      return;
    }
    round.keys.push(valueKey);
    if (leftMs < round.leftMs) round.leftMs = leftMs;
    if (round.readers.push(reader) === MAX_KEYS) this.send(round);
  }

  /** Sends a round, unless it was full and has been sent already. */
  send(round: Round): void {
    if (round !== this.round) return;
    this.round = undefined;
    const { link } = this.route;
    const { leftMs, keys } = round;
    if (keys.length <= KEYS_OF_SMALL_READ) return link.send(round, leftMs, SMALL);
    const size = { bytes: keys.length * BYTES_OF_READ, keys: keys.length / KEYS_READ_AS_ONE };
    const timeoutForAll = timeoutOf(leftMs, size);
    round.share = leftMs / timeoutForAll;
    link.send(round, timeoutForAll, size);
  }
}

/** One function for all rounds: a closure for each would cost an allocation. */
const SEND = (batch: ReadBatch, round: Round): void => batch.send(round);
