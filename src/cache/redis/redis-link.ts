import type { LatencyHistogram } from '../../common/latency-histogram';
import { Breaker, type BreakerPermit, type BreakerState, DEFAULT_BREAKER } from '../../pools/breaker';
import type { Clock } from '../../common/clock';
import type { StillWanted } from '../../pools/redis/lua-script';
import { DeadlineWatch } from './deadline-watch';
import { isCommandMissing, refusedPart } from './server-refusal';

/** Sends something to Redis; a step of several commands asks before each one whether its answer is still wanted. */
export type Step<T> = (wanted: StillWanted) => Promise<T>;
/** Sends one step, through the breaker or past it, and rejects if it fails. */
export type Send = <T>(step: Step<T>) => Promise<T>;

/** Redis did not answer in time, or the breaker is open. */
export class RedisUnreachable extends Error {}
/** No answer within the time that earlier steps of the same call had left: Redis may only be slow. */
class RedisSlow extends RedisUnreachable {}

export interface RedisLinkHooks {
  /** Brings Redis up to date before anything is read from it again; rejects if that fails. */
  readonly recover: () => Promise<void>;
  /** Whether Redis has missed changes that wait in the journal. */
  readonly hasMissedChanges: () => boolean;
  /** Redis is not used from now on, because of this failure. */
  readonly onLost: (error: unknown) => void;
  readonly onRestored: () => void;
  /** The server works, but refused a step. */
  readonly onRefused: () => void;
}

/**
 * The way to Redis, with a deadline for each step and a breaker. One failure opens the breaker, because every further
 * try would cost a caller the whole timeout. From then on only a probe in the background asks, at growing intervals.
 * Redis is used again once a probe has applied the changes that Redis missed.
 */
export class RedisLink {
  private readonly breaker: Breaker;
  private readonly deadlines = new DeadlineWatch();
  private timer: NodeJS.Timeout | undefined;
  private closed = false;

  constructor(
    clock: Clock,
    private readonly latency: LatencyHistogram,
    /** A step that had this long (ms) and got no answer opens the breaker. */
    private readonly timeoutMs: number,
    private readonly hooks: RedisLinkHooks,
  ) {
    this.breaker = Breaker.ofFailuresInARow({ ...DEFAULT_BREAKER, failureThreshold: 1, maxOpenMs: 1_000 }, clock);
    this.breaker.onChange((state) => {
      if (state === 'open') this.hooks.onLost(this.breaker.lastError);
      if (state === 'closed') this.hooks.onRestored();
    });
  }

  get usable(): boolean {
    return this.breaker.isClosed && !this.closed;
  }

  get state(): BreakerState {
    return this.breaker.state;
  }

  /** Sends one step, and resolves with its answer within `timeoutMs`. Rejects with the cause of the failure. */
  request<T>(step: Step<T>, timeoutMs: number): Promise<T> {
    return new Promise((resolve, reject) => this.send(step, timeoutMs, resolve, reject));
  }

  /**
   * The same with callbacks, for a caller that already holds the promise of the answer: a second promise would delay the
   * answer by one more turn of the microtask queue.
   */
  send<T>(step: Step<T>, timeoutMs: number, resolve: (answer: T) => void, reject: (error: Error) => void): void {
    const permit = this.usable ? this.breaker.tryAcquire() : undefined;
    if (permit === undefined) return reject(new RedisUnreachable('the breaker of the cache is open'));
    this.withDeadline(step, timeoutMs, resolve, reject, permit);
  }

  /** The same as `request` while the breaker is open: for the recovery itself. */
  requestPastBreaker<T>(step: Step<T>, timeoutMs: number): Promise<T> {
    return new Promise((resolve, reject) => this.withDeadline(step, timeoutMs, resolve, reject));
  }

  /** No promise, no timer and no async function: this code is most of the cost of a hit in Redis besides the round trip. */
  private withDeadline<T>(
    step: Step<T>,
    timeoutMs: number,
    resolve: (answer: T) => void,
    reject: (error: Error) => void,
    permit?: BreakerPermit,
  ): void {
    const started = performance.now();
    let wanted = true;
    const settle = (): boolean => {
      if (!wanted) return false;
      wanted = false;
      this.deadlines.remove(watched);
      this.latency.record(performance.now() - started);
      return true;
    };
    const fail = (error: unknown): void => {
      if (!settle()) return;
      if (permit !== undefined) this.failed(permit, error);
      reject(error as Error);
    };
    const watched = {
      until: started + timeoutMs,
      onTimeout: () => fail(timeoutError(timeoutMs, this.timeoutMs)),
      at: 0,
    };
    this.deadlines.add(watched);
    const answered = (answer: T): void => {
      if (!settle()) return;
      if (permit !== undefined) this.breaker.settle(permit, 'success');
      resolve(answer);
    };
    try {
      step(() => wanted).then(answered, fail);
    } catch (error) {
      fail(error);
    }
  }

  private failed(permit: BreakerPermit, error: unknown): void {
    this.breaker.settle(permit, isNoOutage(error) ? 'ignored' : 'failure', error);
    if (refusedPart(error) !== undefined) this.hooks.onRefused();
    if (!this.breaker.isClosed) this.probeLater();
  }

  /** Stops using Redis until the next successful recovery, because a change did not reach it. */
  suspend(error?: unknown): void {
    if (!this.breaker.isClosed) return;
    this.breaker.open(error);
    this.probeLater();
  }

  close(): void {
    this.closed = true;
    this.deadlines.close();
    clearTimeout(this.timer);
  }

  private probeLater(): void {
    if (this.closed) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.probe(), Math.max(1, this.breaker.retryAfterMs)).unref();
  }

  private async probe(): Promise<void> {
    const permit = this.breaker.tryAcquire();
    if (permit === undefined) return this.probeLater();
    try {
      // A change journalled during the last recovery step would otherwise wait until Redis is lost the next time.
      do await this.hooks.recover();
      while (this.hooks.hasMissedChanges());
      this.breaker.settle(permit, 'success');
    } catch (error) {
      this.breaker.settle(permit, 'failure', error);
    }
    if (!this.breaker.isClosed) this.probeLater();
  }
}

function timeoutError(givenMs: number, timeoutMs: number): Error {
  const text = `no answer within ${givenMs} ms`;
  return givenMs < timeoutMs ? new RedisSlow(text) : new RedisUnreachable(text);
}

/** Whether Redis can be used further after this failure. */
function isNoOutage(error: unknown): boolean {
  const mayGoOn = isFull(error) || isWrongType(error) || isCommandMissing(error) || isRefusal(error);
  return mayGoOn || error instanceof RedisSlow;
}

/** Redis answers, but takes no new data. Reading and invalidating still work. */
export function isFull(error: unknown): boolean {
  return refusedPart(error) === 'memory';
}

/** Another application stored a value of another type under one of our keys. Redis itself is well. */
export function isWrongType(error: unknown): boolean {
  return error instanceof Error && /\bWRONGTYPE\b/.test(error.message);
}

/** What a server that cannot be used at all answers besides `refusedPart`; in scripts of Redis 6 it stands after `ERR`. */
const UNFIT = ['LOADING', 'MASTERDOWN', 'NOAUTH', 'BUSY', 'max number of clients'];

/** The server takes no changes of this kind at present: no single change is to blame. */
export function saysServerIsUnfit(error: unknown): boolean {
  if (!(error instanceof Error) || error.name !== 'ReplyError') return false;
  return refusedPart(error) !== undefined || UNFIT.some((word) => error.message.includes(word));
}

/** Redis is well, but does not take this one command, whenever it is sent (a time to live that it cannot keep). */
export function isRefusal(error: unknown): boolean {
  if (!(error instanceof Error) || error.name !== 'ReplyError') return false;
  return (error.message.startsWith('ERR') || isWrongType(error)) && !saysServerIsUnfit(error);
}
