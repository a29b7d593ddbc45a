import type { SharedEntry } from '../tiers/shared-tier';
import type { TimeBudget } from '../tiers/time-budget';
import type { RedisContext } from './redis-context';
import type { RedisCounts } from './redis-counts';
import { isWrongType, type Step } from './redis-link';
import { isCommandMissing } from './server-refusal';
import type { Head, Slot } from './slot';

type MaybePromise<T> = T | Promise<T>;

/** Decides whether the bytes that Redis holds under a key are a valid entry. */
export class EntryValidity {
  private oneByOne = false;

  constructor(
    private readonly context: RedisContext,
    private readonly counts: RedisCounts,
    private readonly sendWithin: <T>(budget: TimeBudget, step: Step<T>) => Promise<T>,
  ) {}

  /** The entry in the bytes, if it is valid and can be decoded. Rejects only if Redis cannot be asked for its tags. */
  validEntry(
    slot: Slot,
    { clock, generation }: Head,
    payload: Buffer,
    budget: TimeBudget,
  ): MaybePromise<SharedEntry | undefined> {
    const { codec } = this.context;
    const asOf = codec.asOf(payload);
    if (asOf === undefined) return this.undecodable();
    if (asOf < generation || asOf > clock) return undefined;
    try {
      const decoded = codec.decode(payload);
      if (!(decoded instanceof Promise)) return this.ifTagsValid(slot, decoded, asOf, budget);
      return decoded.then(
        (entry) => this.ifTagsValid(slot, entry, asOf, budget),
        () => this.undecodable(),
      );
    } catch {
      return this.undecodable();
    }
  }

  /** The same, but resolves without the entry if Redis cannot be asked for its tags. */
  async validEntryOrNone(
    slot: Slot,
    head: Head,
    payload: Buffer,
    budget: TimeBudget,
  ): Promise<SharedEntry | undefined> {
    try {
      return await this.validEntry(slot, head, payload, budget);
    } catch {
      return undefined;
    }
  }

  private ifTagsValid(
    slot: Slot,
    entry: SharedEntry,
    asOf: number,
    budget: TimeBudget,
  ): MaybePromise<SharedEntry | undefined> {
    if (entry.tags.length === 0) return entry;
    return this.tagsAreValid(slot, entry.tags, asOf, budget).then((valid) => (valid ? entry : undefined));
  }

  /**
   * Whether none of the tags was invalidated after `asOf`. If the log of tags is missing or too short, the entry counts as
   * invalid.
   */
  private async tagsAreValid(slot: Slot, tags: readonly string[], asOf: number, budget: TimeBudget): Promise<boolean> {
    const members = ['', ...tags.map((tag) => `k${tag}`)];
    const [floor, ...scores] = await this.sendWithin(budget, () => this.scores(slot.keys.tags, members));
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
