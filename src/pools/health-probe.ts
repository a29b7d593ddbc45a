import type { Clock } from '../common/clock';
import { Backoff } from './backoff';
import { withDeadline } from '../common/deadline';
import type { PoolHealth, PoolState } from './pool';
import { poolStateChanges, type PoolStateChange } from './pool-channels';
import { messageOf } from './pools.errors';

export interface HealthProbeOptions {
  readonly pool: string;
  /** What is probed, as it may be shown: host and port. */
  readonly endpoint: string;
  /** Between two probes of a healthy server (ms, ±10 %). */
  readonly intervalMs: number;
  readonly timeoutMs: number;
  /** Failures in a row after which it is `down`; before that `degraded`. */
  readonly failuresToDown: number;
  /** Resolves when the server answers, or with `NOT_ASKED`. */
  readonly probe: (signal: AbortSignal) => Promise<unknown>;
  /** Called after every probe; `error` is undefined when it succeeded. */
  readonly onResult?: (error: unknown) => void;
}

/** What a probe resolves with when it could not ask: the state stays what it is. */
export const NOT_ASKED = Symbol('not asked');

/** What a probe rejects with when the server is alive but too busy to answer it: it is degraded then, and never down. */
export class ServerBusyError extends Error {}

/**
 * Asks one server in the background whether it answers: at a fixed interval while it does, in ever longer pauses while
 * it does not, so that recovery is noticed without traffic. One probe at a time.
 */
export class HealthProbe {
  private state: PoolState = 'down';
  /** Whether a probe has ended: the first result is published also when the server is down from the start. */
  private hasResult = false;
  private sinceMs: number;
  private lastError: PoolHealth['lastError'];
  private failures = 0;
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private stopped = false;
  private readonly backoff: Backoff;

  constructor(
    private readonly options: HealthProbeOptions,
    private readonly clock: Clock,
  ) {
    this.sinceMs = clock.now();
    this.backoff = new Backoff({ minMs: 25, maxMs: 1_000, share: 0.05 }, clock);
  }

  get health(): PoolHealth {
    return { state: this.state, sinceMs: this.sinceMs, lastError: this.lastError };
  }

  /** Probes now, or waits for the probe under way; afterwards probes at intervals. Never rejects. */
  check(): Promise<void> {
    if (this.stopped) return Promise.resolve();
    clearTimeout(this.timer);
    this.running ??= this.run().finally(() => {
      this.running = undefined;
      this.schedule();
    });
    return this.running;
  }

  /** Probes at once, unless a probe is under way or the server is known to fail. */
  probeSoon(): void {
    if (this.running === undefined && !this.backoff.failing) void this.check();
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  private async run(): Promise<void> {
    const { probe, timeoutMs, endpoint } = this.options;
    try {
      const late = () => new Error(`${endpoint} did not answer a probe within ${timeoutMs} ms`);
      const answer = await withDeadline(probe, timeoutMs, late);
      if (answer !== NOT_ASKED) this.record(undefined);
    } catch (error) {
      this.record(error);
    }
  }

  private record(error: unknown): void {
    if (this.stopped) return;
    if (error === undefined) {
      this.failures = 0;
      this.backoff.reset();
      this.changeState('up');
    } else {
      const busy = error instanceof ServerBusyError;
      this.failures = busy ? 0 : this.failures + 1;
      if (busy) this.backoff.reset();
      this.lastError = { message: messageOf(error), atMs: this.clock.now() };
      const isDown = this.failures >= this.options.failuresToDown || (this.state === 'down' && !busy);
      this.changeState(isDown ? 'down' : 'degraded');
    }
    this.options.onResult?.(error);
  }

  private changeState(to: PoolState): void {
    const from = this.hasResult ? this.state : undefined;
    if (from === to) return;
    this.hasResult = true;
    this.state = to;
    this.sinceMs = this.clock.now();
    const { pool, endpoint } = this.options;
    const change: PoolStateChange = {
      pool,
      endpoint,
      from,
      to,
      error: to === 'up' ? undefined : this.lastError?.message,
    };
    poolStateChanges.publish(change);
  }

  private schedule(): void {
    if (this.stopped) return;
    const pauseMs = this.failures > 0 ? this.backoff.next() : this.options.intervalMs * (0.9 + Math.random() * 0.2);
    this.timer = setTimeout(() => void this.check(), pauseMs);
    this.timer.unref();
  }
}
