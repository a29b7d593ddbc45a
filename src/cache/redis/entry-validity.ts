import type { SharedEntry } from '../tiers/shared-tier';
import type { Send } from './namespace-changes';
import { isWrongType } from './reachability';
import type { RedisContext } from './redis-context';
import type { RedisCounts } from './redis-counts';
import type { Head, Slot } from './slot-state';

type MaybeLater<T> = T | Promise<T>;

/** Decides whether what Redis holds under a key is a value that still counts. */
export class EntryValidity {
  constructor(
    private readonly context: RedisContext,
    private readonly counts: RedisCounts,
    /** Sends a step of a call that has until then for all of its steps (precise ms of the cache's time). */
    private readonly sendUntil: (until: number) => Send,
  ) {}

  /** The entry in the bytes, if it still counts and can be read. Rejects only if Redis cannot be asked for its tags. */
  entry(slot: Slot, { clock, generation }: Head, payload: Buffer, until: number): MaybeLater<SharedEntry | undefined> {
    const { codec } = this.context;
    const asOf = codec.asOf(payload);
    if (asOf === undefined) return this.undecodable();
    if (asOf < generation || asOf > clock) return undefined;
    try {
      const decoded = codec.decode(payload);
      if (!(decoded instanceof Promise)) return this.standing(slot, decoded, asOf, until);
      return decoded.then(
        (entry) => this.standing(slot, entry, asOf, until),
        () => this.undecodable(),
      );
    } catch {
      return this.undecodable();
    }
  }

  /** The same, but without the entry if Redis cannot be asked for its tags. */
  async entryOrNone(slot: Slot, head: Head, payload: Buffer, until: number): Promise<SharedEntry | undefined> {
    try {
      return await this.entry(slot, head, payload, until);
    } catch {
      return undefined;
    }
  }

  private standing(slot: Slot, entry: SharedEntry, asOf: number, until: number): MaybeLater<SharedEntry | undefined> {
    if (entry.staleUntil <= this.context.time.now()) return undefined;
    if (entry.tags.length === 0) return entry;
    return this.tagsStand(slot, entry.tags, asOf, this.sendUntil(until)).then((stand) => (stand ? entry : undefined));
  }

  /** Whether none of the tags was invalidated after `asOf`; a log that is gone or does not reach back says no. */
  private async tagsStand(slot: Slot, tags: readonly string[], asOf: number, send: Send): Promise<boolean> {
    const { port } = this.context;
    const members = ['', ...tags.map((tag) => `k${tag}`)];
    const [floor, ...scores] = await send(() =>
      port.client.zmscore(slot.keys.tags, ...members).catch((error: unknown) => {
        if (isWrongType(error)) return [];
        throw error;
      }),
    );
    if (floor === null || floor === undefined || Number(floor) > asOf) return false;
    return scores.every((score) => score === null || Number(score) <= asOf);
  }

  private undecodable(): undefined {
    this.counts.undecodable++;
    return undefined;
  }
}
