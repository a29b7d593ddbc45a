import { Logger } from '@nestjs/common';
import { traceOperation } from '../../common/traced-operation';
import { cacheRedisReads } from '../cache-channels';
import type { Lifetime } from '../tiers/lifetime';
import type { TimeBudget } from '../tiers/time-budget';
import type { LoadLock, SharedChange, SharedNamespace, SharedRead, SharedStore } from '../tiers/shared-tier';
import type { Cacheable } from '../values/cacheable-value';
import { writeBusMessage } from './bus-message';
import { MAGIC } from './entry-codec';
import { EntryValidity } from './entry-validity';
import { NamespaceChanges } from './namespace-changes';
import { isFull, type Send } from './redis-link';
import type { LockWatch } from './load-locks';
import type { MissedChange } from './recovery-journal';
import type { RedisContext } from './redis-context';
import { RedisCounts } from './redis-counts';
import { messageOf } from '../../pools/pools.errors';
import type { StillWanted } from '../../pools/redis/lua-script';
import { ACQUIRE, RELEASE, RENEW, STORE } from './redis-scripts';
import { type Head, Slot } from './slot';

/** How much of a key the log shows. */
const SHOWN_KEY = 100;
/** How long the log says nothing more of values that were not stored. */
const QUIET_MS = 60_000;

/** One namespace in Redis. Failures are counted or journalled and never thrown: callers go on without Redis. */
export class RedisNamespace implements SharedNamespace {
  readonly counts = new RedisCounts();
  readonly slots: readonly Slot[];
  readonly changes: NamespaceChanges;
  private readonly logger = new Logger('Cache');
  private saidTooLarge = false;
  private unstored = 0;
  private quietUntil = 0;
  private readonly send: Send;
  private readonly validity: EntryValidity;

  constructor(
    readonly name: string,
    private readonly context: RedisContext,
  ) {
    const { port, link, timeoutMs } = context;
    this.slots = context.keys
      .slots(name, context.shards)
      .map(
        (keys) =>
          new Slot(keys, (wanted, leftMs, resolve, reject) =>
            link.send(() => port.client.mgetBuffer(wanted), leftMs, resolve, reject),
          ),
      );
    this.changes = new NamespaceChanges(name, context, this.slots);
    this.send = (step) => link.request(step, timeoutMs);
    this.validity = new EntryValidity(context, this.counts, (until) => this.sendUntil(until));
  }

  get usable(): boolean {
    return this.context.link.usable;
  }

  get isSubscribed(): boolean {
    return this.context.subscription.isSubscribed;
  }

  get isHeard(): boolean {
    const { serverCheck } = this.context;
    return !serverCheck.isMissing('publish') && !serverCheck.isMissing('channel');
  }

  limitLifetime(life: Lifetime): Lifetime {
    return this.context.subscription.limitLifetime(life);
  }

  read(key: string, budget: TimeBudget): Promise<SharedRead | undefined> {
    if (!cacheRedisReads.hasSubscribers) return this.lookUp(key, budget);
    return traceOperation(cacheRedisReads, { namespace: this.name, key }, () => this.lookUp(key, budget), outcomeOf);
  }

  private async lookUp(key: string, budget: TimeBudget): Promise<SharedRead | undefined> {
    const { time } = this.context;
    const slot = this.changes.slotOf(key);
    const started = time.precise();
    const until = started + budget.leftMs;
    try {
      const place = slot.reads.read(key, budget.leftMs);
      const values = await place.values;
      const value = values[place.at] ?? null;
      const known = slot.parseHead(values[0] ?? null) ?? (await this.openHead(slot, this.sendUntil(until)));
      const found = value === null ? undefined : this.validity.validEntry(slot, known, value, until);
      // Most entries are ready: `await` would only delay them by a turn of the microtask queue.
      const entry = found instanceof Promise ? await found : found;
      if (entry === undefined) this.counts.misses++;
      else this.counts.hits++;
      return { asOf: known.clock, entry };
    } catch {
      return undefined;
    } finally {
      budget.spend(time.precise() - started);
    }
  }

  async acquireLoadLock(key: string, budget: TimeBudget, waitMs: number): Promise<LoadLock | undefined> {
    const { locks, serverTime, time } = this.context;
    const slot = this.changes.slotOf(key);
    const lockKey = slot.keys.lock(key);
    const token = locks.newToken();
    const watch = locks.watch(lockKey);
    const started = time.precise();
    const until = started + budget.leftMs;
    let sent = false;
    try {
      const touched = [...slot.bookkeeping, slot.keys.value(key), lockKey];
      const args = [token, locks.leaseMs, serverTime.deadlineIn(budget.leftMs)];
      const step = (wanted: StillWanted) => {
        sent = true;
        return ACQUIRE.run(this.context.port.client, touched, args, wanted);
      };
      const answer = (await this.context.link.request(step, budget.leftMs)) as [number, number, Buffer, Buffer];
      const [ours, leftMs, head, value] = answer;
      if (ours === 0 && waitMs > 0) return { acquired: false, done: this.waitFor(watch, Math.min(leftMs, waitMs)) };
      watch.stop();
      if (ours === 0) return void this.counts.lockTimeouts++;
      const release = this.holdLock(lockKey, token);
      const known = slot.parseHead(head);
      if (known === undefined) return void release();
      const entry = value.length === 0 ? undefined : await this.validity.validEntryOrNone(slot, known, value, until);
      return { acquired: true, asOf: known.clock, entry, release };
    } catch {
      watch.stop();
      // It may have been granted, in an answer that came too late.
      if (sent) this.release(lockKey, token);
      return undefined;
    } finally {
      budget.spend(time.precise() - started);
    }
  }

  async store({ key, asOf, stored, life, tags }: SharedStore, budget: TimeBudget): Promise<boolean> {
    if (stored.referenced || !this.usable) return true;
    const { codec, port, link, time } = this.context;
    const slot = this.changes.slotOf(key);
    const encoded = await codec.encode(stored, life, tags);
    if (encoded === undefined) {
      this.tooLarge(key);
      return true;
    }
    const args = [key, asOf, MAGIC, encoded, this.changes.remainingMs(life.staleUntil), ...tags];
    const started = time.precise();
    // Before the value is stored: a process that invalidates in all namespaces has to find this one.
    this.context.announce(this.name);
    try {
      const touched = [...slot.bookkeeping, slot.keys.value(key)];
      const step = (wanted: StillWanted) => STORE.run(port.client, touched, args, wanted);
      const stands = (await link.request(step, budget.leftMs)) === 1;
      if (stands) this.counts.puts++;
      return stands;
    } catch (error) {
      if (isFull(error)) this.counts.refused++;
      this.notStored(error);
      return true;
    } finally {
      budget.spend(time.precise() - started);
    }
  }

  async set(
    key: string,
    stored: Cacheable,
    life: Lifetime,
    tags: readonly string[],
    superseded: (byTags: readonly string[]) => boolean,
  ): Promise<void> {
    if (stored.referenced) return void (await this.delete([key]));
    const asOf = this.changes.slotOf(key).clock;
    const encoded = await this.context.codec.encode(stored, life, tags);
    if (superseded([])) return;
    // Its tag was invalidated after the call: the key has no value, and the one before must not stay either.
    if (tags.length > 0 && superseded(tags)) return void (await this.delete([key]));
    if (encoded === undefined) {
      this.tooLarge(key);
      return void (await this.delete([key]));
    }
    const until = life.staleUntil;
    const write = { kind: 'set', key, encoded, tags, until, asOf } as const;
    await this.applyOrJournal([write], async () => {
      if (await this.changes.set(write, false, this.send)) this.counts.puts++;
      else this.counts.refused++;
    });
  }

  delete(keys: readonly string[]): Promise<SharedChange> {
    const missed = keys.map((key) => ({ kind: 'delete', key }) as const);
    return this.applyOrJournal(missed, () => this.changes.delete(keys, this.send));
  }

  expire(key: string): Promise<SharedChange> {
    return this.applyOrJournal([{ kind: 'expire', key }], () => this.changes.expire(key, this.send));
  }

  deleteByTags(tags: readonly string[]): Promise<SharedChange> {
    const missed = tags.map((key) => ({ kind: 'tag', key }) as const);
    return this.applyOrJournal(missed, () => this.changes.deleteByTags(tags, this.send));
  }

  deleteByPrefix(prefix: string): Promise<SharedChange> {
    return this.applyOrJournal([{ kind: 'prefix', key: prefix }], () => this.changes.deleteByPrefix(prefix, this.send));
  }

  clear(): Promise<SharedChange> {
    return this.applyOrJournal([{ kind: 'clear' }], () => this.changes.clear(this.send));
  }

  /** The value stays out of Redis: it could not be read back. */
  private tooLarge(key: string): void {
    this.counts.refused++;
    if (this.saidTooLarge) return;
    this.saidTooLarge = true;
    this.logger.warn(
      `namespace ${this.name}: values such as that of "${key.slice(0, SHOWN_KEY)}" are too large for Redis to be read back and stay out of it: cache less in one entry, or raise maxDecompressedBytes`,
    );
  }

  /** Loaded values did not reach Redis: said at most once a minute. */
  private notStored(error: unknown): void {
    const now = this.context.time.now();
    this.unstored++;
    if (now < this.quietUntil) return;
    this.quietUntil = now + QUIET_MS;
    this.logger.warn(
      `namespace ${this.name}: ${this.unstored} loaded values were not stored in Redis: ${messageOf(error)}`,
    );
    this.unstored = 0;
  }

  /** Applies a change. If Redis does not take it, the change is journalled, and Redis is not read until the journal is empty. */
  private async applyOrJournal(
    missed: readonly MissedChange[],
    act: () => Promise<number | void>,
  ): Promise<SharedChange> {
    const { journal, link } = this.context;
    const order = journal.nextOrder();
    let error: unknown;
    let failures = 0;
    if (link.usable) {
      this.context.announce(this.name);
      try {
        return { applied: true, removed: (await act()) ?? 0 };
      } catch (failure) {
        error = failure;
        failures = 1;
      }
    }
    for (const change of missed) journal.add(this.name, change, order, failures);
    link.suspend(error);
    return { applied: false, removed: 0 };
  }

  /** Checks the clock of every slot in use, and of at least one: Redis may have come back with older data. */
  async check(send: Send): Promise<void> {
    const used = this.slots.filter(({ clock }, at) => clock > 0 || at === 0);
    await Promise.all(used.map((slot) => this.openHead(slot, send)));
  }

  /** Makes a sender for a call whose steps all have to end by `until` (`CacheTime.precise()`). */
  private sendUntil(until: number): Send {
    const { link, time } = this.context;
    return (step) => link.request(step, Math.max(0, until - time.precise()));
  }

  private async openHead(slot: Slot, send: Send): Promise<Head> {
    const answer = await this.changes.openHead(slot, send);
    const head = slot.parseHead(answer);
    if (head === undefined) throw new TypeError('Redis answered no head');
    return head;
  }

  private async waitFor(watch: LockWatch, leftMs: number): Promise<void> {
    const { time } = this.context;
    const started = time.precise();
    this.counts.lockWaits++;
    await watch.released(leftMs);
    this.counts.lockWaitTime.record(time.precise() - started);
  }

  /** Renews a lock of ours until the returned function is called; further calls of it do nothing. */
  private holdLock(lockKey: string, token: string): () => void {
    const stop = this.context.locks.renewRegularly(() => this.renew(lockKey, token));
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      stop();
      this.release(lockKey, token);
    };
  }

  private renew(lockKey: string, token: string): void {
    const { locks, port } = this.context;
    this.send((wanted) => RENEW.run(port.client, [lockKey], [token, locks.leaseMs], wanted)).catch(() => undefined);
  }

  private release(lockKey: string, token: string): void {
    const { keys, locks, origin, port } = this.context;
    const message = writeBusMessage({ origin, namespace: this.name, kind: 'wake', names: [lockKey] });
    const release = (): Promise<unknown> =>
      this.send((wanted) => RELEASE.run(port.client, [lockKey], [token, keys.bus, message], wanted));
    release()
      .catch(() => locks.notReleased(token, release))
      .finally(() => locks.wake(lockKey));
  }
}

function outcomeOf(read: SharedRead | undefined): 'hit' | 'miss' | 'unavailable' {
  if (read === undefined) return 'unavailable';
  return read.entry === undefined ? 'miss' : 'hit';
}
