import type { LatencyHistogram } from '../../common/latency-histogram';
import { Breaker, type BreakerPermit, type BreakerState, DEFAULT_BREAKER } from '../../pools/breaker';
import type { Clock } from '../../common/clock';
import type { StillWanted } from '../../pools/redis/lua-script';
import { DeadlineWatch, type Watched } from './deadline-watch';
import { SendWindow } from './send-window';
import { isCommandMissing, refusedPart } from './server-refusal';
import { SMALL, type StepSize, timeoutOf } from './step-size';

/** Sends something to Redis; a step of several commands asks before each one whether its answer is still wanted. */
export type Step<T> = (wanted: StillWanted) => Promise<T>;
/** Who waits for the answer to what was sent. What comes after the first call is dropped. */
export interface Answered<T> extends StillWanted {
  answered(answer: T): void;
  failed(error: unknown): void;
}
/** A step as an object: a hit in Redis would feel the promises and closures of a `Step`. */
export interface Call<T> {
  send(caller: Answered<T>): void;
  /** The answer, and how long (ms) it took since it was this call's turn. */
  answered(answer: T, tookMs: number): void;
  failed(error: Error): void;
}
/** Sends one step, through the breaker or past it, and rejects if it fails. */
export type Send = <T>(step: Step<T>, size?: StepSize) => Promise<T>;

/** Redis did not answer in time, or the breaker is open. */
export class RedisUnreachable extends Error {}
/** Redis may only be slow: the step had less than the whole time, or answers are on their way, or too many steps wait. */
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
  /** How many bytes have come from Redis, where that is known. */
  readonly received: () => number;
}

/** One call and its deadline. */
class CallUnderWay<T> implements Watched, Answered<T> {
  wanted = true;
  at = 0;
  postponed = 0;
  readonly startedAt = performance.now();
  until: number;

  constructor(
    private readonly link: RedisLink,
    readonly call: Call<T>,
    readonly timeoutMs: number,
    readonly size: StepSize,
    readonly permit: BreakerPermit | undefined,
    readonly receivedBefore: number,
  ) {
    this.until = this.startedAt + timeoutMs;
  }

  answered(answer: T): void {
    if (!this.wanted) return;
    this.wanted = false;
    this.call.answered(answer, this.link.ended(this));
  }

  failed(error: unknown): void {
    if (!this.wanted) return;
    this.wanted = false;
    this.link.ended(this, error);
    this.call.failed(error as Error);
  }

  onTimeout(): void {
    this.failed(this.link.timeoutError(this));
  }
}

/**
 * The way to Redis, with a deadline for each step and a breaker. One failure opens the breaker, because every further
 * try would cost a caller the whole timeout. From then on only a probe in the background asks, at growing intervals.
 * Redis is used again once a probe has applied the changes that Redis missed.
 */
export class RedisLink {
  private readonly breaker: Breaker;
  private readonly deadlines = new DeadlineWatch();
  private readonly window = new SendWindow();
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
      if (state === 'open') {
        this.hooks.onLost(this.breaker.lastError);
        this.window.release();
      }
      if (state === 'closed') this.hooks.onRestored();
    });
  }

  get usable(): boolean {
    return this.breaker.isClosed && !this.closed;
  }

  get state(): BreakerState {
    return this.breaker.state;
  }

  /** Sends one step, and resolves with its answer within `timeoutMs` of its turn. Rejects with the cause of the failure. */
  request<T>(step: Step<T>, timeoutMs: number, size = SMALL): Promise<T> {
    return new Promise((resolve, reject) => this.send(promised(step, resolve, reject), timeoutMs, size));
  }

  /** The same without a promise. */
  send<T>(call: Call<T>, timeoutMs: number, size: StepSize): void {
    if (this.usable && this.window.isBusy) {
      const isWaiting = this.window.wait(() => this.sendNow(call, timeoutMs, size));
      if (!isWaiting) call.failed(new RedisSlow('too many steps wait for Redis'));
    } else this.sendNow(call, timeoutMs, size);
  }

  /** Calls `begin`, which sends several steps one after the other, when all that wait have been sent and there is room. */
  whenIdle(begin: () => void): void {
    const waits = this.usable && this.window.isBusy && this.window.waitToBegin(begin);
    if (!waits) begin();
  }

  /** The same as `request` while the breaker is open: for the recovery itself. */
  requestPastBreaker<T>(step: Step<T>, timeoutMs: number, size = SMALL): Promise<T> {
    return new Promise((resolve, reject) => this.begin(promised(step, resolve, reject), timeoutMs, size, undefined));
  }

  private sendNow<T>(call: Call<T>, timeoutMs: number, size: StepSize): void {
    const permit = this.usable ? this.breaker.tryAcquire() : undefined;
    if (permit === undefined) call.failed(new RedisUnreachable('the breaker of the cache is open'));
    else this.begin(call, timeoutMs, size, permit);
  }

  private begin<T>(call: Call<T>, timeoutMs: number, size: StepSize, permit: BreakerPermit | undefined): void {
    const underWay = new CallUnderWay(this, call, timeoutMs, size, permit, this.hooks.received());
    this.window.entered(size.bytes);
    this.deadlines.add(underWay);
    try {
      call.send(underWay);
    } catch (error) {
      underWay.failed(error);
    }
  }

  /** A call has its answer, or has failed with `error`. Returns how long it took (ms). */
  ended(call: CallUnderWay<never>, error?: unknown): number {
    const tookMs = performance.now() - call.startedAt;
    this.deadlines.remove(call);
    this.latency.record(tookMs);
    this.window.left(call.size.bytes);
    const { permit } = call;
    if (permit === undefined) return tookMs;
    if (error === undefined) this.breaker.settle(permit, 'success');
    else this.failed(permit, error);
    return tookMs;
  }

  /** The error of a call without an answer. A server that has sent something since is not dead. */
  timeoutError({ timeoutMs, size, receivedBefore }: CallUnderWay<never>): Error {
    const text = `no answer within ${timeoutMs} ms`;
    const isReceiving = this.hooks.received() > receivedBefore;
    return isReceiving || timeoutMs < timeoutOf(this.timeoutMs, size)
      ? new RedisSlow(text)
      : new RedisUnreachable(text);
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
    this.window.release();
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

export function promised<T>(
  step: Step<T>,
  resolve: (answer: T, tookMs: number) => void,
  reject: (error: Error) => void,
): Call<T> {
  return {
    send(caller) {
      step(caller).then(
        (answer) => caller.answered(answer),
        (error: unknown) => caller.failed(error),
      );
    },
    answered: resolve,
    failed: reject,
  };
}

/** Whether Redis can be used further after this failure. */
function isNoOutage(error: unknown): boolean {
  const mayGoOn = isFull(error) || isWrongType(error) || isCommandMissing(error) || isRefusal(error);
  return mayGoOn || error instanceof RedisSlow || isLate(error);
}

/** Redis came to the step after its deadline, and so has not run it: it is slow, and not dead. */
export function isLate(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('LATE ');
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
