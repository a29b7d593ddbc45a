import { Logger } from '@nestjs/common';
import { traceOperation } from '../../common/traced-operation';
import { cacheRedisReads } from '../cache-channels';
import type { Lifetime } from '../tiers/lifetime';
import type { TimeBudget } from '../tiers/time-budget';
import type {
  LoadLock,
  SharedChange,
  SharedNamespace,
  SharedRead,
  SharedReadDone,
  SharedSet,
  SharedStore,
} from '../tiers/shared-tier';
import { writeBusMessage } from './bus-message';
import { MAGIC } from './entry-codec';
import { EntryValidity } from './entry-validity';
import { NamespaceChanges } from './namespace-changes';
import { isFull, isLate, promised, type Send, type Step } from './redis-link';
import { KeyRead } from './key-read';
import { KeyScan } from './key-scan';
import type { LockWatch } from './load-locks';
import { deletion, type MissedChange } from './recovery-journal';
import type { RedisContext } from './redis-context';
import { RedisCounts } from './redis-counts';
import { messageOf } from '../../pools/pools.errors';
import type { StillWanted } from '../../pools/redis/lua-script';
import { ACQUIRE, RELEASE, RENEW, STORE } from './redis-scripts';
import { type Head, Slot } from './slot';
import { SMALL, timeoutOf } from './step-size';
import type { PendingWrite, WriteRound } from './write-batch';

/** How much of a key the log shows. */
const SHOWN_KEY = 100;
/** How long the log says nothing more of values that were not stored. */
const QUIET_MS = 60_000;
const NOTHING = Promise.resolve();

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
  readonly validity: EntryValidity;

  constructor(
    readonly name: string,
    private readonly context: RedisContext,
  ) {
    const { port, link, timeoutMs } = context;
    const route = { client: port.client, link };
    this.slots = context.keys
      .slots(name, context.shards)
      .map((keys) => new Slot(keys, route, (slot, round) => this.sendWrites(slot, round)));
    this.changes = new NamespaceChanges(name, context, this.slots);
    this.send = (step, size = SMALL) => link.request(step, timeoutOf(timeoutMs, size), size);
    this.validity = new EntryValidity(context, this.counts, (budget, step) => this.sendWithin(budget, step));
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
    return new Promise((resolve) => this.readFor(key, budget, resolve));
  }

  readFor(key: string, budget: TimeBudget, done: SharedReadDone): void {
    if (!cacheRedisReads.hasSubscribers) return this.lookUp(key, budget, done);
    const lookUp = (): Promise<SharedRead | undefined> => new Promise((resolve) => this.lookUp(key, budget, resolve));
    void traceOperation(cacheRedisReads, { namespace: this.name, key }, lookUp, outcomeOf).then(done);
  }

  private lookUp(key: string, budget: TimeBudget, done: SharedReadDone): void {
    const slot = this.changes.slotOf(key);
    slot.reads.read(key, budget.leftMs, new KeyRead(this, slot, budget, done));
  }

  whenIdle(begin: () => void): void {
    this.context.link.whenIdle(begin);
  }

  async acquireLoadLock(key: string, budget: TimeBudget, waitMs: number): Promise<LoadLock | undefined> {
    const { locks, serverTime, time } = this.context;
    const slot = this.changes.slotOf(key);
    const lockKey = slot.keys.lock(key);
    // What was spent on the read may be all there was, where the loop was held.
    if (budget.leftMs <= 0) return undefined;
    const token = locks.newToken();
    const watch = locks.watch(lockKey);
    let started = time.precise();
    let sent = false;
    try {
      const touched = [...slot.bookkeeping, slot.keys.value(key), lockKey];
      const step = (wanted: StillWanted) => {
        sent = true;
        started = time.precise();
        const args = [token, locks.leaseMs, serverTime.deadlineIn(budget.leftMs)];
        return ACQUIRE.run(this.context.port.client, touched, args, wanted);
      };
      const answer = (await this.context.link.request(step, budget.leftMs)) as [number, number, Buffer, Buffer];
      budget.spend(time.precise() - started);
      const [ours, leftMs, head, value] = answer;
      if (ours === 0 && waitMs > 0) return { acquired: false, done: this.waitFor(watch, Math.min(leftMs, waitMs)) };
      watch.stop();
      if (ours === 0) return void this.counts.lockTimeouts++;
      const release = this.holdLock(lockKey, token);
      const known = slot.parseHead(head);
      if (known === undefined) return void release();
      const entry = value.length === 0 ? undefined : await this.validity.validEntryOrNone(slot, known, value, budget);
      return { acquired: true, asOf: known.clock, entry, release };
    } catch {
      watch.stop();
      // It may have been granted, in an answer that came too late.
      if (sent) this.release(lockKey, token);
      budget.spend(time.precise() - started);
      return undefined;
    }
  }

  async store(loaded: SharedStore, budget: TimeBudget): Promise<boolean> {
    const { key, stored, life, tags, replaces } = loaded;
    if (stored.referenced || !this.usable) return true;
    const encoded = await this.context.codec.encode(stored, life, tags);
    if (encoded === undefined) {
      this.tooLarge(key);
      return true;
    }
    if (budget.leftMs > 0 || replaces) return this.storeEncoded(loaded, encoded, budget.leftMs);
    // The time is over, but a load is worth keeping: it is stored behind the caller, who does not wait for that.
    void this.storeEncoded(loaded, encoded, this.context.timeoutMs);
    return true;
  }

  private async storeEncoded(
    { key, asOf, life, tags, replaces }: SharedStore,
    encoded: Buffer,
    answerWithinMs: number,
  ): Promise<boolean> {
    const { port, link } = this.context;
    const slot = this.changes.slotOf(key);
    // Before the value is stored: a process that invalidates in all namespaces has to find this one.
    this.context.announce(this.name);
    const size = { bytes: encoded.length, keys: 1 };
    try {
      const touched = [...slot.bookkeeping, slot.keys.value(key)];
      const args = [key, asOf, MAGIC, encoded, this.changes.remainingMs(life.staleUntil), ...tags];
      const step = (wanted: StillWanted) => STORE.run(port.client, touched, args, wanted);
      const stands = replaces
        ? await this.changes.replace({ kind: 'set', key, encoded, tags, until: life.staleUntil, asOf }, this.send)
        : (await link.request(step, answerWithinMs, size)) === 1;
      if (stands) this.counts.puts++;
      return stands;
    } catch (error) {
      if (isFull(error)) this.counts.refused++;
      this.notStored(error);
      return true;
    }
  }

  async set(sets: readonly SharedSet[]): Promise<void> {
    // Those of one round share a promise.
    const sent = new Set<Promise<unknown>>();
    for (const set of sets) sent.add(this.write(set));
    await Promise.all(sent);
  }

  private write(set: SharedSet): Promise<unknown> {
    const { key, stored, life, tags } = set;
    if (stored.referenced) return this.delete([key]);
    const slot = this.changes.slotOf(key);
    const asOf = slot.clock;
    const encoded = this.context.codec.encode(stored, life, tags);
    if (!(encoded instanceof Promise)) return this.writeEncoded(set, slot, asOf, encoded);
    return encoded.then((bytes) => this.writeEncoded(set, slot, asOf, bytes));
  }

  private writeEncoded(
    { key, life, tags, since }: SharedSet,
    slot: Slot,
    asOf: number,
    encoded: Buffer | undefined,
  ): Promise<unknown> {
    if (since.superseded) return NOTHING;
    if (encoded === undefined) this.tooLarge(key);
    if (encoded === undefined || since.invalidated) return this.delete([key]);
    return slot.writes.write({ kind: 'set', key, encoded, tags, until: life.staleUntil, asOf }, since);
  }

  private async sendWrites(slot: Slot, { writes, bytes }: WriteRound): Promise<void> {
    const current = writes.filter(({ since }) => !since.superseded);
    if (current.length === 0) return;
    const missed = current.map(({ write, since }) => (since.invalidated ? deletion(write.key) : write));
    await this.applyOrJournal(missed, async () => {
      const refused = await this.sendAgainIfLate(slot, current, bytes);
      this.counts.puts += current.length - refused;
      this.counts.refused += refused;
    });
  }

  /** What Redis came to too late, it has not done: it is slow, as in a burst, and is asked once more. */
  private async sendAgainIfLate(slot: Slot, writes: readonly PendingWrite[], bytes: number): Promise<number> {
    try {
      return await this.changes.setMany(slot, writes, bytes, this.send);
    } catch (error) {
      if (!isLate(error)) throw error;
      const current = writes.filter(({ since }) => !since.superseded);
      return current.length === 0 ? 0 : this.changes.setMany(slot, current, bytes, this.send);
    }
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

  keys(prefix: string): AsyncIterable<readonly string[]> {
    return this.scan().pages(prefix);
  }

  freshAmong(keys: readonly string[]): Promise<ReadonlySet<string>> {
    return this.scan().freshAmong(keys);
  }

  private scan(): KeyScan {
    const uncounted = new RedisNamespace(this.name, this.context);
    const read = (key: string, budget: TimeBudget): Promise<SharedRead | undefined> =>
      new Promise((resolve) => uncounted.lookUp(key, budget, resolve));
    const scanned = { slots: this.slots, slotOf: (key: string): Slot => this.changes.slotOf(key), read };
    return new KeyScan(this.context, scanned, this.send);
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

  /**
   * Checks the clock of every slot in use, and of at least one: Redis may have come back with older data. Resolves with
   * whether everything that was valid still is.
   */
  async check(send: Send): Promise<boolean> {
    const used = this.slots.filter(({ clock }, at) => clock > 0 || at === 0);
    const checks = await Promise.all(
      used.map(async (slot) => {
        const { clock } = slot;
        const { generation } = await this.openHead(slot, send);
        return clock === 0 || generation <= clock;
      }),
    );
    return checks.every(Boolean);
  }

  /** Sends a step of a call within what it may still spend. */
  private sendWithin<T>(budget: TimeBudget, step: Step<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const answered = (answer: T, tookMs: number): void => {
        budget.spend(tookMs);
        resolve(answer);
      };
      this.context.link.send(promised(step, answered, reject), budget.leftMs, SMALL);
    });
  }

  /** Many reads may find at once that there is no head: one of them makes it. */
  openMissingHead(slot: Slot): Promise<Head> {
    slot.opening ??= this.openHead(slot, this.send).finally(() => (slot.opening = undefined));
    return slot.opening;
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
