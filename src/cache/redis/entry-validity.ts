import type { SharedEntry } from '../tiers/shared-tier';
import type { RedisContext } from './redis-context';
import type { RedisCounts } from './redis-counts';
import { isWrongType, type Send } from './redis-link';
import { isCommandMissing } from './server-refusal';
import type { Head, Slot } from './slot';

type MaybePromise<T> = T | Promise<T>;

/** Decides whether the bytes that Redis holds under a key are a valid entry. */
export class EntryValidity {
  private oneByOne = false;

  constructor(
    private readonly context: RedisContext,
    private readonly counts: RedisCounts,
    /** Makes a sender for a call whose steps all have to end by `until` (`CacheTime.precise()`). */
    private readonly sendUntil: (until: number) => Send,
  ) {}

  /** The entry in the bytes, if it is valid and can be decoded. Rejects only if Redis cannot be asked for its tags. */
  validEntry(
    slot: Slot,
    { clock, generation }: Head,
    payload: Buffer,
    until: number,
  ): MaybePromise<SharedEntry | undefined> {
    const { codec } = this.context;
    const asOf = codec.asOf(payload);
    if (asOf === undefined) return this.undecodable();
    if (asOf < generation || asOf > clock) return undefined;
    try {
      const decoded = codec.decode(payload);
      if (!(decoded instanceof Promise)) return this.ifTagsValid(slot, decoded, asOf, until);
      return decoded.then(
        (entry) => this.ifTagsValid(slot, entry, asOf, until),
        () => this.undecodable(),
      );
    } catch {
      return this.undecodable();
    }
  }

  /** The same, but resolves without the entry if Redis cannot be asked for its tags. */
  async validEntryOrNone(slot: Slot, head: Head, payload: Buffer, until: number): Promise<SharedEntry | undefined> {
    try {
      return await this.validEntry(slot, head, payload, until);
    } catch {
      return undefined;
    }
  }

  private ifTagsValid(
    slot: Slot,
    entry: SharedEntry,
    asOf: number,
    until: number,
  ): MaybePromise<SharedEntry | undefined> {
    if (entry.staleUntil <= this.context.time.now()) return undefined;
    if (entry.tags.length === 0) return entry;
    return this.tagsAreValid(slot, entry.tags, asOf, this.sendUntil(until)).then((valid) =>
      valid ? entry : undefined,
    );
  }

  /**
   * Whether none of the tags was invalidated after `asOf`. If the log of tags is missing or too short, the entry counts as
   * invalid.
   */
  private async tagsAreValid(slot: Slot, tags: readonly string[], asOf: number, send: Send): Promise<boolean> {
    const members = ['', ...tags.map((tag) => `k${tag}`)];
    const [floor, ...scores] = await send(() => this.scores(slot.keys.tags, members));
    if (floor === null || floor === undefined || Number(floor) > asOf) return false;
    return scores.every((score) => score === null || Number(score) <= asOf);
  }

  /** Before version 6.2, and where the user may not use ZMSCORE, each member is asked for by itself. */
  private scores(key: string, members: readonly string[]): Promise<readonly (string | null)[]> {
    const { client } = this.context.port;
    const { oneByOne } = this;
    const answer = oneByOne
      ? Promise.all(members.map((member) => client.zscore(key, member)))
      : client.zmscore(key, ...members);
    return answer.catch((error: unknown) => {
      if (isWrongType(error)) return [];
      if (oneByOne || !isCommandMissing(error)) throw error;
      this.oneByOne = true;
      return this.scores(key, members);
    });
  }

  private undecodable(): undefined {
    this.counts.undecodable++;
    return undefined;
  }
}
