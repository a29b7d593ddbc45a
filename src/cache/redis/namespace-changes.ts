import type { Redis } from 'ioredis';
import { type BusKind, writeBusMessage } from './bus-message';
import { EXPIRED, MAGIC, STALE_FLAG_AT } from './entry-codec';
import { isFull, isRefusal, type Send } from './redis-link';
import type { MissedChange, MissedSet } from './recovery-journal';
import type { RedisContext } from './redis-context';
import { masterNodes } from '../../pools/redis/master-nodes';
import { shardOf } from './redis-keys';
import type { LuaScript, StillWanted } from '../../pools/redis/lua-script';
import { CLEAR, DELETE, EXPIRE, FENCE_ALL, INVALIDATE_TAGS, OPEN, SET, SET_MANY, UNLINK_OLDER } from './redis-scripts';
import { isCommandMissing } from './server-refusal';
import type { Slot } from './slot';
import { type StepSize, timeoutOf } from './step-size';
import type { PendingWrite } from './write-batch';

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
  private longTimeTold = false;

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
   * Writes values of one slot, and deletes the keys of those that were invalidated since. Resolves with how many Redis did
   * not take: because it is full, or does not take such a value at all. Their keys are deleted all the same.
   */
  async setMany(slot: Slot, round: readonly PendingWrite[], bytes: number, send: Send): Promise<number> {
    const names = round.map(({ write }) => write.key);
    const touched = [...names.map((key) => slot.keys.value(key)), ...names.map((key) => slot.keys.lock(key))];
    const gone = round.map(({ since }) => since.invalidated);
    const size = { bytes, keys: touched.length };
    const message = this.publication('delete', names);
    const args = (): Argument[] => {
      const given: Argument[] = [...message, MAX_FENCES, MAGIC, this.deadline(size)];
      for (const [at, { write }] of round.entries()) {
        given.push(write.key, write.encoded, gone[at]! ? 0 : this.remainingMs(write.until));
      }
      return given;
    };
    try {
      return Number(await this.run(send, SET_MANY, slot, touched, args, size));
    } catch (error) {
      if (!isFull(error) && !isRefusal(error)) throw error;
      await this.delete(names, send);
      if (!isFull(error)) this.tellOfRefusal(bytes, error as Error);
      return round.length;
    }
  }

  /**
   * Replaces the value of a key, unless another process changed the key, or invalidated one of the tags, after `asOf`: then
   * that change wins and the key is deleted. It is deleted, too, if Redis is full, or does not take the value. Resolves with
   * false only if another change won.
   */
  async replace({ key, encoded, tags, until, asOf }: MissedSet, send: Send): Promise<boolean> {
    const ttlMs = this.remainingMs(until);
    if (ttlMs === 0) return (await this.delete([key], send)) < 0;
    const slot = this.slotOf(key);
    const value = [MAX_FENCES, key, MAGIC, encoded, ttlMs];
    const size = { bytes: encoded.length, keys: 1 };
    const args = (): Argument[] => [...this.publication('delete', [key]), ...value, this.deadline(size), asOf, ...tags];
    try {
      return (await this.run(send, SET, slot, [slot.keys.value(key), slot.keys.lock(key)], args, size)) === 1;
    } catch (error) {
      if (!isFull(error) && !isRefusal(error)) throw error;
      await this.delete([key], send);
      if (!isFull(error)) this.tellOfRefusal(encoded.length, error as Error);
      return true;
    }
  }

  /** When Redis is no longer to run a step that is sent now. */
  private deadline(size: StepSize): number | '' {
    const { serverTime, timeoutMs } = this.context;
    return serverTime.deadlineIn(timeoutOf(timeoutMs, size));
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
   * Loads under way are fenced before the scan, and only what is older than that fence is deleted: a value that is set
   * during the scan stays. Processes may read values during the scan that it deletes later, so the message is published once
   * more after it. A user who may not scan invalidates the whole namespace in Redis.
   */
  async deleteByPrefix(prefix: string, send: Send): Promise<void> {
    for (const slot of this.slots) {
      const fence = String(await this.run(send, FENCE_ALL, slot, [], this.publication('prefix', [prefix])));
      const pattern = slot.keys.valuePattern(prefix);
      let last = FENCE_ALL;
      try {
        for (const node of masterNodes(this.context.port.client)) await this.unlinkOlder(node, pattern, fence, send);
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
        return void (await this.replace(change, send));
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

  /** For how long Redis is to keep a value (ms); '' without end, 0 not at all. */
  remainingMs(until: number): number | '' {
    const ms = Math.max(0, Math.ceil(until - this.context.time.now()));
    if (ms <= LONGEST_MS) return ms;
    if (ms !== Number.POSITIVE_INFINITY) this.tellOfLongTime(ms);
    return '';
  }

  private tellOfLongTime(ms: number): void {
    if (this.longTimeTold) return;
    this.longTimeTold = true;
    this.context.warn(
      `a time to live of ${ms} ms in the cache "${this.name}" is longer than Redis can keep (${LONGEST_MS} ms): such values are kept without end, as with Infinity`,
    );
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
    args: readonly Argument[] | (() => readonly Argument[]),
    size: StepSize = { bytes: 0, keys: keys.length },
  ): Promise<unknown> {
    const touched = [...slot.bookkeeping, ...keys];
    const given = typeof args === 'function' ? args : () => args;
    const step = (wanted: StillWanted) => script.run(this.context.port.client, touched, given(), wanted);
    const [time, answer] = (await send(step, size)) as unknown[];
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

  private async unlinkOlder(node: Redis, pattern: string, fence: string, send: Send): Promise<void> {
    let cursor = '0';
    do {
      const from = cursor;
      const [next, found] = await send(() => node.scan(from, 'MATCH', pattern, 'COUNT', STEP_KEYS));
      const size = { bytes: 0, keys: found.length };
      if (found.length > 0) await send((wanted) => UNLINK_OLDER.run(node, found, [fence], wanted), size);
      cursor = next;
    } while (cursor !== '0');
  }
}
