import * as fc from 'fast-check';
import { type FakeConnection, FakeResources } from '../../test/support/fake-resources';
import { SystemClock } from '../common/clock';
import { Breaker, DEFAULT_BREAKER } from './breaker';
import { LeasePool } from './lease-pool';
import { LEASE_POOL_DEFAULTS } from './lease-pool.options';
import type { LeaseSlot } from './lease-slot';
import { POSTGRES_POOL } from './pools-option';

const MAX_WAITING = 6;
const ACQUIRE_TIMEOUT_MS = 300;

type Step =
  | { readonly do: 'acquire' | 'evict' }
  | { readonly do: 'abort' | 'kill'; readonly which: number }
  | { readonly do: 'release'; readonly which: number; readonly how: 'clean' | 'failed' | 'slowly' | 'unclean' }
  | { readonly do: 'resize'; readonly min: number; readonly extra: number }
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'connects'; readonly fail: boolean; readonly delayMs: number };

const which = fc.nat(20);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.constant({ do: 'acquire' } as const) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('release' as const),
      which,
      how: fc.constantFrom('clean', 'failed', 'slowly', 'unclean'),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('abort' as const, 'kill' as const), which }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('resize' as const), min: fc.nat(3), extra: fc.nat(4) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.nat(200) }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('connects' as const), fail: fc.boolean(), delayMs: fc.nat(40) }),
  },
  { weight: 1, arbitrary: fc.constant({ do: 'evict' } as const) },
);

interface Borrower {
  readonly number: number;
  readonly controller: AbortController;
  state: 'waiting' | 'served' | 'refused' | 'returned';
  slot?: LeaseSlot<FakeConnection>;
}

/** Drives a pool with random steps and keeps its own books beside it. */
class Run {
  readonly resources = new FakeResources();
  readonly borrowers: Borrower[] = [];
  private readonly served: number[] = [];
  private readonly ended = {
    acquired: 0,
    released: 0,
    timeouts: 0,
    aborted: 0,
    queue_full: 0,
    breaker_open: 0,
    closed: 0,
  };
  private readonly pool: LeasePool<FakeConnection>;
  private sizeBefore = 0;
  private releasedBefore = 0;

  constructor() {
    const clock = new SystemClock();
    this.pool = new LeasePool(
      {
        ...LEASE_POOL_DEFAULTS,
        name: 'model',
        endpoint: 'nowhere',
        min: 1,
        max: 3,
        maxWaiting: MAX_WAITING,
        acquireTimeoutMs: ACQUIRE_TIMEOUT_MS,
        idleTimeoutMs: 500,
        maxLifetimeMs: 2_000,
        validateAfterIdleMs: 100,
        maintenanceIntervalMs: 50,
        limitOptions: POSTGRES_POOL.limits,
      },
      this.resources,
      Breaker.ofFailuresInARow({ ...DEFAULT_BREAKER, failureThreshold: 4 }, clock),
      clock,
    );
  }

  async play(steps: readonly Step[]): Promise<void> {
    await this.pool.start();
    for (const next of steps) {
      this.sizeBefore = this.size;
      this.releasedBefore = this.ended.released;
      this.take(next);
      await jest.advanceTimersByTimeAsync(next.do === 'wait' ? next.ms : 0);
      this.check();
      this.checkShrinking(next);
    }
    await this.finish();
  }

  private get size(): number {
    return this.pool.inUse + this.pool.idleCount + this.pool.connecting;
  }

  private take(next: Step): void {
    switch (next.do) {
      case 'acquire':
        return this.acquire();
      case 'release':
        return this.release(
          pick(
            this.borrowers.filter(({ state }) => state === 'served'),
            next.which,
          ),
          next.how,
        );
      case 'abort':
        return pick(
          this.borrowers.filter(({ state }) => state === 'waiting'),
          next.which,
        )?.controller.abort();
      case 'kill':
        return pick(this.resources.alive, next.which)?.lost(new Error('killed'));
      case 'resize':
        return this.pool.resize({ min: next.min, max: next.min + next.extra + 1 });
      case 'connects':
        this.resources.connectError = next.fail ? new Error('refused') : undefined;
        this.resources.connectDelayMs = next.delayMs;
        return;
      case 'evict':
        return this.pool.evict(({ id }) => id % 2 === 0);
      case 'wait':
        return;
    }
  }

  private acquire(): void {
    const borrower: Borrower = { number: this.borrowers.length, controller: new AbortController(), state: 'waiting' };
    this.borrowers.push(borrower);
    this.pool.acquire({ signal: borrower.controller.signal }).then(
      (slot) => {
        expect(borrower.state).toBe('waiting'); // served once, and not after it was refused
        Object.assign(borrower, { state: 'served', slot });
        this.served.push(borrower.number);
        this.ended.acquired++;
      },
      (error: { name: string; code: unknown }) => {
        expect(borrower.state).toBe('waiting');
        borrower.state = 'refused';
        this.ended[BOOKS[error.name] ?? 'closed']++;
      },
    );
  }

  private release(borrower: Borrower | undefined, how: 'clean' | 'failed' | 'slowly' | 'unclean'): void {
    if (borrower === undefined) return;
    borrower.state = 'returned';
    this.ended.released++;
    const slot = borrower.slot!;
    slot.resource.clean = how === 'slowly' ? cleanLater() : how !== 'unclean';
    this.pool.release(slot, how === 'failed' ? new Error('failed') : undefined);
  }

  private check(): void {
    const { pool, resources } = this;
    // As many as the books say, and never more than max, or than there were before max was lowered.
    expect(this.size).toBe(resources.alive.length + resources.connecting);
    expect(this.size).toBeLessThanOrEqual(Math.max(pool.max, this.sizeBefore));
    expect(pool.waiting).toBe(this.borrowers.filter(({ state }) => state === 'waiting').length);
    // No caller is served twice, and no two callers get the same connection.
    const holding = this.borrowers.filter(({ state }) => state === 'served').map(({ slot }) => slot!.resource.id);
    expect(new Set(holding).size).toBe(holding.length);
    for (const id of holding) expect(resources.all[id]!.closedFor).toBeUndefined();
    // First come, first served.
    expect(this.served).toEqual(this.served.toSorted((a, b) => a - b));
    // No caller waits while a connection could be lent.
    if (pool.waiting > 0) expect(pool.idleCount).toBe(0);
    // Nor beside room for another one, unless connecting fails.
    const mayGrow = this.size < pool.max && pool.connecting === 0 && !pool.failingToConnect;
    if (pool.waiting > 0) expect(mayGrow).toBe(false);
    // The counters add up.
    const { acquired, released, timeouts, aborted, rejected, created, closed } = pool.counters;
    const { queue_full, breaker_open } = rejected;
    expect({ acquired, released, timeouts, aborted, queue_full, breaker_open, closed: rejected.closed }).toEqual(
      this.ended,
    );
    const closedInAll = Object.values(closed).reduce((sum, count) => sum + count, 0);
    expect(created - closedInAll).toBe(resources.alive.length);
  }

  /** Above a lowered max nothing idles, and what comes back goes. */
  private checkShrinking(last: Step): void {
    if (this.size > this.pool.max) expect(this.pool.idleCount).toBe(0);
    const someCameBack = last.do === 'release' && last.how !== 'slowly' && this.ended.released > this.releasedBefore;
    if (someCameBack && this.sizeBefore > this.pool.max) expect(this.size).toBeLessThan(this.sizeBefore);
  }

  /** When the server works and all leases come back, no caller is left waiting. */
  private async finish(): Promise<void> {
    this.take({ do: 'connects', fail: false, delayMs: 1 });
    while (this.borrowers.some(({ state }) => state === 'waiting' || state === 'served')) {
      const waitingBefore = this.pool.waiting;
      for (const borrower of this.borrowers) if (borrower.state === 'served') this.release(borrower, 'clean');
      await jest.advanceTimersByTimeAsync(50);
      this.sizeBefore = this.size;
      this.check();
      expect(this.pool.waiting === 0 || this.pool.waiting < waitingBefore).toBe(true);
    }
    const drained = this.pool.drain(0);
    await jest.advanceTimersByTimeAsync(100);
    await drained;
    expect(this.resources.alive).toEqual([]);
    expect(jest.getTimerCount()).toBe(0);
  }
}

const BOOKS: Readonly<Record<string, 'timeouts' | 'aborted' | 'queue_full' | 'breaker_open' | 'closed'>> = {
  PoolAcquireTimeoutError: 'timeouts',
  AbortError: 'aborted',
  PoolQueueFullError: 'queue_full',
  PoolBreakerOpenError: 'breaker_open',
  PoolClosedError: 'closed',
};

const cleanLater = () => new Promise<boolean>((resolve) => setTimeout(resolve, 20, true));

function pick<T>(from: readonly T[], index: number): T | undefined {
  return from[index % Math.max(1, from.length)];
}

it('keeps its promises under acquire, release, abort, kill, resize and failing connects in random order', async () => {
  jest.useFakeTimers();
  try {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 80 }), (steps) => {
        jest.clearAllTimers(); // of a run that failed
        return new Run().play(steps);
      }),
      { numRuns: 500 },
    );
  } finally {
    jest.useRealTimers();
  }
}, 60_000);
