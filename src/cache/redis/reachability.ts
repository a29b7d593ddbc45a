import type { LatencyHistogram } from '../../common/latency-histogram';
import { Breaker, type BreakerPass, DEFAULT_BREAKER } from '../../pools/breaker';
import type { Clock } from '../../common/clock';
import { DeadlineWatch } from './deadline-watch';
import type { StillWanted } from '../../pools/redis/lua-script';

/** Sends something to Redis; what takes several commands asks before each whether it is still wanted. */
export type Step<T> = (wanted: StillWanted) => Promise<T>;

/** Redis did not answer in time, or is known not to answer now. */
export class RedisUnreachable extends Error {}
/** It did not answer in what the steps before had left of a call's time: it may only be slow. */
class RedisSlow extends RedisUnreachable {}

export interface ReachabilityHooks {
  /** Brings Redis up to date before anybody reads from it again; rejects if that fails. */
  readonly recover: () => Promise<void>;
  /** Whether there is something to bring to Redis. */
  readonly isBehind: () => boolean;
  readonly onLost: () => void;
  readonly onBack: () => void;
}

/**
 * Whether Redis answers. One failure is enough to stop asking (each would cost a caller the whole timeout); from then on
 * only a probe in the background does, at growing intervals, and Redis is used again once the probe has applied what was
 * missed.
 */
export class Reachability {
  private readonly breaker: Breaker;
  private readonly deadlines = new DeadlineWatch();
  private timer: NodeJS.Timeout | undefined;
  private closed = false;

  constructor(
    clock: Clock,
    private readonly latency: LatencyHistogram,
    /** How long Redis may take for one answer before it counts as away. */
    private readonly timeoutMs: number,
    private readonly hooks: ReachabilityHooks,
  ) {
    this.breaker = new Breaker({ ...DEFAULT_BREAKER, failureThreshold: 1, maxOpenMs: 1_000 }, clock);
    this.breaker.onChange((state) => {
      if (state === 'open') this.hooks.onLost();
      if (state === 'closed') this.hooks.onBack();
    });
  }

  get usable(): boolean {
    return this.breaker.isClosed && !this.closed;
  }

  get state(): 'closed' | 'open' | 'half-open' {
    return this.breaker.state;
  }

  /** One command or script within its deadline (ms). Rejects with what went wrong. */
  ask<T>(send: Step<T>, timeoutMs: number): Promise<T> {
    return new Promise((resolve, reject) => this.tell(send, timeoutMs, resolve, reject));
  }

  /** The same for who has a promise of the answer already: another one would only be one more turn of waiting. */
  tell<T>(send: Step<T>, timeoutMs: number, resolve: (answer: T) => void, reject: (error: Error) => void): void {
    const pass = this.usable ? this.breaker.enter() : undefined;
    if (pass === undefined) return reject(new RedisUnreachable('the breaker of the cache is open'));
    this.within(send, timeoutMs, resolve, reject, pass);
  }

  /** The same without asking the breaker: for the recovery itself. */
  timed<T>(send: Step<T>, timeoutMs: number): Promise<T> {
    return new Promise((resolve, reject) => this.within(send, timeoutMs, resolve, reject));
  }

  /** No promise, no timer, no async function: this is most of what a hit in Redis costs besides the way there and back. */
  private within<T>(
    send: Step<T>,
    timeoutMs: number,
    resolve: (answer: T) => void,
    reject: (error: Error) => void,
    pass?: BreakerPass,
  ): void {
    const started = performance.now();
    let wanted = true;
    const over = (): boolean => {
      if (!wanted) return false;
      wanted = false;
      this.deadlines.remove(watched);
      this.latency.record(performance.now() - started);
      return true;
    };
    const fail = (error: unknown): void => {
      if (!over()) return;
      if (pass !== undefined) this.failed(pass, error);
      reject(error as Error);
    };
    const watched = {
      until: started + timeoutMs,
      tooLate: () => fail(tooLate(timeoutMs, this.timeoutMs)),
      at: 0,
    };
    this.deadlines.add(watched);
    const answered = (answer: T): void => {
      if (!over()) return;
      if (pass !== undefined) this.breaker.leave(pass, 'well');
      resolve(answer);
    };
    try {
      send(() => wanted).then(answered, fail);
    } catch (error) {
      fail(error);
    }
  }

  private failed(pass: BreakerPass, error: unknown): void {
    this.breaker.leave(pass, saysNothing(error) ? 'ignored' : 'unwell', error);
    if (!this.breaker.isClosed) this.probeLater();
  }

  /** Stops using Redis until the next successful recovery: something did not get through. */
  lose(error?: unknown): void {
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
    const pass = this.breaker.enter();
    if (pass === undefined) return this.probeLater();
    try {
      // What is missed between the last step and this turn would wait for the next loss.
      do await this.hooks.recover();
      while (this.hooks.isBehind());
      this.breaker.leave(pass, 'well');
    } catch (error) {
      this.breaker.leave(pass, 'unwell', error);
    }
    if (!this.breaker.isClosed) this.probeLater();
  }
}

function tooLate(givenMs: number, timeoutMs: number): Error {
  const text = `no answer within ${givenMs} ms`;
  return givenMs < timeoutMs ? new RedisSlow(text) : new RedisUnreachable(text);
}

/** Whether a failure is no reason to stop asking. */
function saysNothing(error: unknown): boolean {
  return isFull(error) || isWrongType(error) || error instanceof RedisSlow;
}

/** Redis answers, but takes no new data: reading and invalidating go on. */
export function isFull(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('OOM');
}

/** A key of ours holds what another application put there: Redis is well. */
export function isWrongType(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('WRONGTYPE');
}
