import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { type FakeConnection, FakeResources } from '../../test/support/fake-resources';
import { SystemClock } from '../common/clock';
import { Breaker, DEFAULT_BREAKER } from './breaker';
import { LeasePool } from './lease-pool';
import { LEASE_POOL_DEFAULTS, type LeasePoolOptions } from './lease-pool.options';
import type { LeaseSlot } from './lease-slot';
import { type PoolLeak, poolLeaks } from './pool-channels';
import { POSTGRES_POOL } from './pools-option';

describe('LeasePool', () => {
  let resources: FakeResources;
  let breaker: Breaker;
  let pool: LeasePool<FakeConnection>;

  beforeEach(() => {
    jest.useFakeTimers();
    resources = new FakeResources();
  });
  afterEach(async () => {
    const drained = pool.drain(0);
    await jest.advanceTimersByTimeAsync(0);
    await drained;
    jest.useRealTimers();
  });

  async function make(options: Partial<LeasePoolOptions> = {}, tripAfterMs = 0): Promise<void> {
    const clock = new SystemClock();
    breaker = Breaker.ofFailuresInARow({ ...DEFAULT_BREAKER, tripAfterMs }, clock);
    pool = new LeasePool(
      {
        ...LEASE_POOL_DEFAULTS,
        name: 'fake',
        endpoint: 'nowhere',
        min: 0,
        max: 2,
        maxWaiting: 10,
        acquireTimeoutMs: 1_000,
        limitOptions: POSTGRES_POOL.limits,
        ...options,
      },
      resources,
      breaker,
      clock,
    );
    await pool.start();
  }
  const acquire = (count: number) => Promise.all(Array.from({ length: count }, () => pool.acquire()));

  describe('a probe', () => {
    it('borrows an idle connection that counts as idle, and is no use of it', async () => {
      await make({ min: 1, max: 1, idleTimeoutMs: 1_000 });
      const slot = pool.takeForProbe()!;
      expect(pool.takeForProbe()).toBeUndefined();
      const waiting = pool.acquire();
      expect(pool).toMatchObject({ idleCount: 1, inUse: 0, waiting: 1 });
      await jest.advanceTimersByTimeAsync(10);
      pool.returnProbed(slot);
      pool.release(await waiting);
      pool.returnProbed(slot); // a late answer
      expect(pool).toMatchObject({ idleCount: 1, inUse: 0, waiting: 0 });
      expect(pool.counters).toMatchObject({ acquired: 1, released: 1 });
    });

    it('closes one that does not answer, and opens one only where there is room', async () => {
      await make({ max: 1 });
      expect(pool.takeForProbe()).toBeUndefined();
      expect(pool.hasRoom).toBe(true);
      await pool.openForProbe(new AbortController().signal);
      expect(pool).toMatchObject({ idleCount: 1, hasRoom: false });
      pool.returnProbed(pool.takeForProbe()!, new Error('no answer'));
      expect(pool).toMatchObject({ idleCount: 0, hasRoom: true });
      expect(resources.all[0]!.closedFor).toBe('lost');
    });

    it('ends with a drain', async () => {
      await make({ min: 1, max: 1 });
      const slot = pool.takeForProbe()!;
      const drained = pool.drain(1_000);
      pool.returnProbed(slot);
      await drained;
      expect(resources.alive).toEqual([]);
    });
  });

  describe('limits', () => {
    it('serves callers in the order they came, none twice', async () => {
      await make({ max: 1 });
      const [held] = await acquire(1);
      const order: number[] = [];
      const waiters = [0, 1, 2].map(async (index) => {
        const slot = await pool.acquire();
        order.push(index);
        pool.release(slot);
      });
      expect(pool.waiting).toBe(3);
      pool.release(held!);
      await Promise.all(waiters);
      expect(order).toEqual([0, 1, 2]);
      expect(pool.counters).toMatchObject({ created: 1, acquired: 4, released: 4 });
    });

    it('refuses a caller when the queue is full, and says what to change', async () => {
      await make({ max: 1, maxWaiting: 2 });
      const [held] = await acquire(1);
      const waiting = [pool.acquire(), pool.acquire()];
      await expect(pool.acquire()).rejects.toMatchObject({
        code: 'POOL_QUEUE_FULL',
        retryAfterSeconds: 1,
        message: expect.stringMatching(
          /1 of 1 in use .* 0 idle, 0 connecting, 2 waiting.*postgres: { max } }.*{ maxWaiting }/,
        ),
      });
      expect(pool.counters.rejected.queue_full).toBe(1);
      pool.release(held!);
      for (const lease of waiting) pool.release(await lease);
    });

    it('lets nobody wait with maxWaiting 0, yet lends what is free or may be opened', async () => {
      await make({ max: 2, maxWaiting: 0 });
      const [first] = await acquire(2);
      expect(await outcome(pool.acquire())).toBe('POOL_QUEUE_FULL');
      pool.release(first!);
      expect(await outcome(pool.acquire())).toBe(0);
    });

    it('gives up at the deadline, and the connection goes to the next', async () => {
      await make({ max: 1 });
      const [held] = await acquire(1);
      const impatient = pool.acquire({ acquireTimeoutMs: 100 });
      const patient = pool.acquire();
      const refused = expect(impatient).rejects.toMatchObject({ code: 'POOL_ACQUIRE_TIMEOUT', waitedMs: 101 });
      await jest.advanceTimersByTimeAsync(101); // the deadline, and the turn a connection gets that has just come back
      await refused;
      expect(pool.waiting).toBe(1);
      pool.release(held!);
      expect(await outcome(patient)).toBe(0);
      expect(pool.counters).toMatchObject({ timeouts: 1, acquired: 2 });
    });

    it('lets a waiter leave by its signal at once, taking nothing', async () => {
      await make({ max: 1 });
      const [held] = await acquire(1);
      const controller = new AbortController();
      const leaving = outcome(pool.acquire({ signal: controller.signal }));
      controller.abort();
      expect(pool.waiting).toBe(0);
      expect(await leaving).toBe('AbortError');
      pool.release(held!);
      expect(pool.idleCount).toBe(1);
      expect(await outcome(pool.acquire({ signal: controller.signal }))).toBe('AbortError');
      expect(pool.counters.aborted).toBe(2);
    });
  });

  describe('life', () => {
    it('is warm after start and refills after losses', async () => {
      await make({ min: 3, max: 5 });
      expect(pool.idleCount).toBe(3);
      resources.all[0]!.lost(new Error('killed'));
      resources.all[1]!.lost(new Error('killed'));
      await settle();
      expect(pool.idleCount).toBe(3);
      expect(pool.counters).toMatchObject({ created: 5, errors: 2 });
      expect(pool.counters.closed.lost).toBe(2);
    });

    it('closes what idles above min', async () => {
      await make({ min: 1, max: 4, idleTimeoutMs: 5_000 });
      for (const slot of await acquire(4)) pool.release(slot);
      await jest.advanceTimersByTimeAsync(4_000);
      expect(pool.idleCount).toBe(4);
      await jest.advanceTimersByTimeAsync(3_000);
      expect(pool.idleCount).toBe(1);
      expect(pool.counters.closed.idle).toBe(3);
    });

    it('replaces old connections at different times and never falls below min', async () => {
      await make({ min: 10, max: 20, maxLifetimeMs: 100_000, validateAfterIdleMs: 1e9 });
      let fewest = 10;
      let most = 0;
      for (let second = 0; second < 120; second++) {
        const before = pool.counters.closed.lifetime;
        await jest.advanceTimersByTimeAsync(1_000);
        fewest = Math.min(fewest, pool.idleCount);
        most = Math.max(most, pool.counters.closed.lifetime - before);
      }
      expect(fewest).toBe(10);
      expect(most).toBeLessThan(6);
      expect(pool.counters.closed.lifetime).toBeGreaterThanOrEqual(10);
    });

    it('replaces old connections also where max leaves no room', async () => {
      await make({ min: 2, max: 2, maxLifetimeMs: 10_000, validateAfterIdleMs: 1e9 });
      await jest.advanceTimersByTimeAsync(12_000);
      expect(pool.counters.closed.lifetime).toBeGreaterThanOrEqual(2);
      expect(pool.idleCount).toBe(2);
    });

    it('validates what has been idle for long and lends another one when it is not usable', async () => {
      await make({ min: 1, max: 2, validateAfterIdleMs: 5_000 });
      await jest.advanceTimersByTimeAsync(5_001);
      resources.all[0]!.usable = false;
      expect(await outcome(pool.acquire())).toBe(1);
      expect(resources.all[0]!.closedFor).toBe('invalid');
    });

    it('opens a connection for a waiter whose validation fails while all others are busy', async () => {
      await make({ min: 1, max: 1, validateAfterIdleMs: 5_000 });
      await jest.advanceTimersByTimeAsync(5_001);
      resources.all[0]!.usable = false;
      const lease = pool.acquire();
      const second = pool.acquire();
      const slot = await lease;
      expect(slot.resource.id).toBe(1);
      pool.release(slot);
      expect(await outcome(second)).toBe(1);
    });

    it('pauses between attempts on a dead server instead of storming it, and fills up when it is back', async () => {
      resources.connectError = new Error('ECONNREFUSED');
      await make({ min: 2, max: 20, maxWaiting: 500, acquireTimeoutMs: 60_000 }, 60_000);
      const waiting = Array.from({ length: 200 }, () => outcome(pool.acquire()));
      await jest.advanceTimersByTimeAsync(10_000);
      expect(resources.attempts).toBeGreaterThan(10);
      expect(resources.attempts).toBeLessThan(120);
      resources.connectError = undefined;
      await jest.advanceTimersByTimeAsync(700);
      expect(pool.inUse).toBe(20);
      expect(pool.waiting).toBe(180);
      void waiting;
    });

    it('says in the error what connecting failed with', async () => {
      resources.connectError = new Error('no route');
      await make({ max: 1 }, 60_000);
      const refused = expect(pool.acquire()).rejects.toThrow(/no route.*PoolsModule.forRoot\({ postgres: { url } }\)/);
      await jest.advanceTimersByTimeAsync(1_001);
      await refused;
    });
  });

  describe('breaker', () => {
    it('sends waiters away when it opens, refuses at once while open, and recovers by itself', async () => {
      resources.connectError = new Error('ECONNREFUSED');
      await make({ min: 1, max: 2 }, 500);
      const waiter = outcome(pool.acquire());
      await jest.advanceTimersByTimeAsync(800);
      expect(await waiter).toBe('POOL_BREAKER_OPEN');
      breaker.open();
      expect(await outcome(pool.acquire())).toBe('POOL_BREAKER_OPEN');
      resources.connectError = undefined;
      await jest.advanceTimersByTimeAsync(1_000);
      expect(breaker.state).toBe('closed');
      expect(await outcome(pool.acquire())).toBe(0);
    });

    it('validates what idled through an outage', async () => {
      await make({ min: 1, max: 1 });
      breaker.open();
      resources.all[0]!.usable = false;
      await jest.advanceTimersByTimeAsync(10);
      breaker.close();
      expect(await outcome(pool.acquire())).toBe(1);
    });
  });

  describe('return', () => {
    it('closes what is not clean, or was returned with an error', async () => {
      await make({ max: 2 });
      const [first, second] = await acquire(2);
      first!.resource.clean = false;
      pool.release(first!);
      pool.release(second!, new Error('broken'));
      await settle();
      expect(resources.all.map(({ closedFor }) => closedFor)).toEqual(['unclean', 'released_with_error']);
    });

    it('lends a connection again only when cleaning is done', async () => {
      await make({ max: 1 });
      const [held] = await acquire(1);
      const cleaning = Promise.withResolvers<boolean>();
      held!.resource.clean = cleaning.promise;
      pool.release(held!);
      const next = outcome(pool.acquire());
      await settle();
      expect(pool.inUse).toBe(1);
      expect(pool.waiting).toBe(1);
      cleaning.resolve(true);
      expect(await next).toBe(0);
    });

    it('does not lend a connection that died while leased', async () => {
      await make({ max: 1 });
      const [held] = await acquire(1);
      held!.resource.lost(new Error('killed'));
      expect(pool.inUse).toBe(1);
      pool.release(held!);
      expect(resources.all[0]!.closedFor).toBe('lost');
      expect(await outcome(pool.acquire())).toBe(1);
    });
  });

  describe('leaks', () => {
    const leaks: PoolLeak[] = [];
    const note = (leak: unknown) => void leaks.push(leak as PoolLeak);
    beforeEach(() => {
      leaks.length = 0;
      subscribe(poolLeaks.name, note);
    });
    afterEach(() => unsubscribe(poolLeaks.name, note));

    it('reports a lease that is out for too long once, with the line that took it, and its late return', async () => {
      await make({ max: 2, leakThresholdMs: 5_000 });
      const lease = await (function theBorrower() {
        const trace = pool.leaks.trace(theBorrower);
        return pool.acquire().then((slot) => Object.assign(slot, { trace }));
      })();
      await jest.advanceTimersByTimeAsync(20_000);
      expect(leaks).toHaveLength(1);
      expect(leaks[0]).toMatchObject({
        pool: 'fake',
        returned: false,
        stack: expect.stringContaining('lease-pool.spec'),
      });
      pool.release(lease);
      expect(leaks[1]).toMatchObject({ returned: true });
      expect(leaks[1]!.outForMs).toBeGreaterThanOrEqual(20_000);
      expect(pool.counters).toMatchObject({ leaks: 1, returnedLate: 1 });
    });

    it('leaves a lease alone that is meant to take long, and that one only', async () => {
      await make({ max: 1, leakThresholdMs: 5_000 });
      const long = await pool.acquire({ leakThresholdMs: 60_000 });
      const waiting = pool.acquire({ leakThresholdMs: 60_000, acquireTimeoutMs: 60_000 });
      await jest.advanceTimersByTimeAsync(20_000);
      pool.release(long);
      const second = await waiting;
      await jest.advanceTimersByTimeAsync(20_000);
      expect(leaks).toEqual([]);
      pool.release(second);
      const usual = await pool.acquire();
      await jest.advanceTimersByTimeAsync(20_000);
      expect(leaks).toHaveLength(1);
      pool.release(usual);
    });

    it('takes a stack on one lease in sixteen, and on all once a leak was seen', async () => {
      await make({ max: 2, leakThresholdMs: 5_000 });
      const taken = () =>
        Array.from({ length: 32 }, () => pool.leaks.trace(taken)).filter((trace) => trace !== undefined);
      expect(taken()).toHaveLength(2);
      await acquire(1);
      await jest.advanceTimersByTimeAsync(7_000);
      expect(taken()).toHaveLength(32);
    });
  });

  describe('resize', () => {
    it('wakes waiters when it is raised', async () => {
      await make({ max: 1 });
      await acquire(1);
      const waiting = [outcome(pool.acquire()), outcome(pool.acquire())];
      pool.resize({ max: 3 });
      expect(await Promise.all(waiting)).toEqual([1, 2]);
    });

    it('closes idle connections now and busy ones on return when it is lowered', async () => {
      await make({ min: 4, max: 4 });
      const [first, second] = await acquire(2);
      pool.resize({ min: 0, max: 1 });
      expect(pool.idleCount).toBe(0);
      expect(pool.inUse).toBe(2);
      pool.release(first!);
      expect(pool.inUse).toBe(1);
      pool.release(second!);
      expect(pool.idleCount).toBe(1);
      expect(pool.counters.closed.resized).toBe(3);
    });

    it.each([{ min: -1 }, { max: 0 }, { min: 3, max: 2 }, { max: 1.5 }, { max: Number.NaN }])(
      'refuses %j and stays as it was',
      async (limits) => {
        await make({ min: 1, max: 2 });
        expect(() => pool.resize(limits)).toThrow(expect.objectContaining({ code: 'POOL_LIMITS_INVALID' }));
        expect([pool.min, pool.max]).toEqual([1, 2]);
      },
    );
  });

  describe('drain', () => {
    it('refuses newcomers, sends waiters away and waits for leases', async () => {
      await make({ min: 2, max: 2 });
      const [first, second] = await acquire(2);
      const waiter = outcome(pool.acquire());
      let over = false;
      const drained = pool.drain(10_000).then(() => (over = true));
      expect(await waiter).toBe('POOL_CLOSED');
      expect(await outcome(pool.acquire())).toBe('POOL_CLOSED');
      pool.release(first!);
      await settle();
      expect(over).toBe(false);
      pool.release(second!);
      await drained;
      expect(resources.alive).toEqual([]);
      await pool.drain(10_000);
    });

    it('closes leases that outlast the deadline, and takes their return without complaint', async () => {
      await make({ max: 1 });
      const [held] = await acquire(1);
      const drained = pool.drain(500);
      await jest.advanceTimersByTimeAsync(500);
      await drained;
      expect(resources.all[0]!.closedFor).toBe('drained');
      pool.release(held!);
    });

    it('leaves nothing behind of a connection that was being opened', async () => {
      resources.connectDelayMs = 1_000;
      await make({ max: 1 });
      const waiter = outcome(pool.acquire());
      await pool.drain(0);
      expect(await waiter).toBe('POOL_CLOSED');
      await jest.advanceTimersByTimeAsync(2_000);
      expect(resources.alive).toEqual([]);
      expect(pool.connecting).toBe(0);
    });
  });
});

/** The id of the connection, or the code of what went wrong. */
const outcome = (lease: Promise<LeaseSlot<FakeConnection>>) =>
  lease.then(
    (slot) => slot.resource.id,
    ({ code, name }: { code?: unknown; name: string }) => (typeof code === 'string' ? code : name),
  );

const settle = () => jest.advanceTimersByTimeAsync(0);
