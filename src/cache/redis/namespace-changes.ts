import type { Redis } from 'ioredis';
import { type BusKind, writeBusMessage } from './bus-message';
import { EXPIRED, MAGIC, STALE_FLAG_AT } from './entry-codec';
import { isFull, isRefusal, type Send } from './redis-link';
import type { MissedChange, MissedSet } from './recovery-journal';
import type { RedisContext } from './redis-context';
import { masterNodes } from '../../pools/redis/master-nodes';
import { shardOf } from './redis-keys';
import type { LuaScript } from '../../pools/redis/lua-script';
import { CLEAR, DELETE, EXPIRE, FENCE_ALL, INVALIDATE_TAGS, OPEN, SET } from './redis-scripts';
import { isCommandMissing } from './server-refusal';
import type { Slot } from './slot';

/** How many keys one step deletes, and how many one SCAN examines. */
const STEP_KEYS = 500;
/** How many invalidated keys and tags the logs of a slot hold; anything older than those counts as invalidated. */
const MAX_FENCES = 10_000;
const MAX_TAGS = 100_000;

/** Redis takes no time to live of more than 19 digits. Whatever is above this one (31,000 years) is kept without end. */
const LONGEST_MS = 1e15;

type Argument = string | number | Buffer;

/** The changes of one namespace as steps in Redis. Each also publishes a message to the other processes. All reject on failure. */
export class NamespaceChanges {
  private refusalTold = false;

  constructor(
    private readonly name: string,
    private readonly context: RedisContext,
    private readonly slots: readonly Slot[],
  ) {}

  async delete(keys: readonly string[], send: Send): Promise<number> {
    let removed = 0;
    for (const [slot, all] of this.bySlot(keys)) {
      for (let from = 0; from < all.length; from += STEP_KEYS) {
        const some = all.slice(from, from + STEP_KEYS);
        const touched = [...some.map((key) => slot.keys.value(key)), ...some.map((key) => slot.keys.lock(key))];
        const answer = await this.run(send, DELETE, slot, touched, [
          ...this.publication('delete', some),
          MAX_FENCES,
          ...some,
        ]);
        removed += Number(answer);
      }
    }
    return removed;
  }

  /**
   * Stores a value. With `retried` the write comes out of the journal: if another process changed the key, or invalidated
   * one of the tags, after the write was made, that change wins and the key is deleted. Resolves with false if Redis is
   * full, or does not take this value at all; the old value is deleted all the same.
   */
  async set({ key, encoded, tags, until, asOf }: MissedSet, retried: boolean, send: Send): Promise<boolean> {
    const ttlMs = this.remainingMs(until);
    if (ttlMs !== '' && ttlMs <= 0) return (await this.delete([key], send)) >= 0;
    const slot = this.slotOf(key);
    const { serverTime, timeoutMs } = this.context;
    const value = [MAX_FENCES, key, MAGIC, encoded, ttlMs, serverTime.deadlineIn(timeoutMs)];
    const args = [...this.publication('delete', [key]), ...value, ...(retried ? [asOf, ...tags] : [''])];
    try {
      await this.run(send, SET, slot, [slot.keys.value(key), slot.keys.lock(key)], args);
      return true;
    } catch (error) {
      if (!isFull(error) && !isRefusal(error)) throw error;
      await this.delete([key], send);
      if (!isFull(error)) this.tellOfRefusal(encoded.length, error as Error);
      return false;
    }
  }

  async expire(key: string, send: Send): Promise<void> {
    const slot = this.slotOf(key);
    const args = [...this.publication('expire', [key]), MAX_FENCES, key, EXPIRED.at, EXPIRED.bytes, STALE_FLAG_AT];
    await this.run(send, EXPIRE, slot, [slot.keys.value(key), slot.keys.lock(key)], args);
  }

  async deleteByTags(tags: readonly string[], send: Send): Promise<void> {
    for (const slot of this.slots) {
      await this.run(send, INVALIDATE_TAGS, slot, [], [...this.publication('tag', tags), MAX_TAGS, ...tags]);
    }
  }

  async clear(send: Send): Promise<void> {
    for (const slot of this.slots) await this.run(send, CLEAR, slot, [], this.publication('clear', []));
  }

  /**
   * Loads under way are fenced before the scan. Processes may read values during the scan that it deletes later, so the
   * message is published once more after it. A user who may not scan invalidates the whole namespace in Redis.
   */
  async deleteByPrefix(prefix: string, send: Send): Promise<void> {
    for (const slot of this.slots) {
      await this.run(send, FENCE_ALL, slot, [], this.publication('prefix', [prefix]));
      const pattern = slot.keys.valuePattern(prefix);
      let last = FENCE_ALL;
      try {
        for (const node of masterNodes(this.context.port.client)) await this.unlinkAll(node, pattern, send);
      } catch (error) {
        if (!isCommandMissing(error)) throw error;
        last = CLEAR;
      }
      await this.run(send, last, slot, [], this.publication('prefix', [prefix]));
    }
  }

  /** Resolves with the head of a slot, which is made if there is none. */
  openHead(slot: Slot, send: Send): Promise<Buffer> {
    const args = [...this.publication('clear', []), slot.clock];
    return send((wanted) => OPEN.run(this.context.port.client, slot.bookkeeping, args, wanted)) as Promise<Buffer>;
  }

  /** Applies a change that Redis missed. */
  async apply(change: MissedChange, send: Send): Promise<void> {
    switch (change.kind) {
      case 'set':
        return void (await this.set(change, true, send));
      case 'delete':
        return void (await this.delete([change.key], send));
      case 'expire':
        return this.expire(change.key, send);
      case 'tag':
        return this.deleteByTags([change.key], send);
      case 'prefix':
        return this.deleteByPrefix(change.key, send);
      case 'clear':
        return this.clear(send);
    }
  }

  slotOf(key: string): Slot {
    return this.slots[shardOf(key, this.slots.length)]!;
  }

  /** For how long Redis is to keep a value (ms); '' without end. */
  remainingMs(until: number): number | '' {
    const ms = Math.ceil(until - this.context.time.now());
    return ms > LONGEST_MS ? '' : ms;
  }

  private tellOfRefusal(bytes: number, { message }: Error): void {
    if (this.refusalTold) return;
    this.refusalTold = true;
    this.context.warn(
      `Redis refuses a value of ${bytes} bytes of the cache "${this.name}" (${message}): it is kept in memory only, as are others of its kind`,
    );
  }

  private async run(
    send: Send,
    script: LuaScript,
    slot: Slot,
    keys: readonly string[],
    args: readonly Argument[],
  ): Promise<unknown> {
    const touched = [...slot.bookkeeping, ...keys];
    const [time, answer] = (await send((wanted) =>
      script.run(this.context.port.client, touched, args, wanted),
    )) as unknown[];
    slot.advanceClock(Number(time));
    return answer;
  }

  /** The channel and the message that a script publishes. */
  private publication(kind: BusKind, names: readonly string[]): [string, string] {
    const { origin, keys } = this.context;
    return [keys.bus, writeBusMessage({ origin, namespace: this.name, kind, names })];
  }

  private bySlot(keys: readonly string[]): Map<Slot, string[]> {
    return Map.groupBy(keys, (key) => this.slotOf(key));
  }

  private async unlinkAll(node: Redis, pattern: string, send: Send): Promise<void> {
    let cursor = '0';
    do {
      const from = cursor;
      const [next, found] = await send(() => node.scan(from, 'MATCH', pattern, 'COUNT', STEP_KEYS));
      if (found.length > 0) await send(() => node.unlink(...found));
      cursor = next;
    } while (cursor !== '0');
  }
}
