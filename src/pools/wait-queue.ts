import type { Clock } from '../common/clock';

export interface WaitOptions {
  /** How long to wait at most, in milliseconds. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  /** Makes the error of a waiter whose time is up. */
  readonly makeTimeoutError: (waitedMs: number) => Error;
  /** Told when the waiter leaves by its own signal. */
  readonly onAborted?: () => void;
}

/**
 * Callers in the order they came, as a doubly linked list: joining, being served and giving up are O(1) whatever the
 * length, and whoever gives up leaves at once. The caller bounds its length.
 */
export class WaitQueue<T> {
  private first: Waiter<T> | undefined;
  private last: Waiter<T> | undefined;
  private length = 0;

  constructor(private readonly clock: Clock) {}

  get size(): number {
    return this.length;
  }

  /** For how long the one at the front has waited, in milliseconds; 0 when nobody waits. */
  get longestWaitMs(): number {
    return this.first === undefined ? 0 : this.clock.monotonic() - this.first.sinceMs;
  }

  /** Joins at the end. Rejects with `expired()` at the deadline and with the signal's reason when it fires. */
  wait(options: WaitOptions): Promise<T> {
    const { signal } = options;
    if (signal?.aborted) {
      options.onAborted?.();
      return Promise.reject(signal.reason);
    }
    return new Promise<T>((resolve, reject) => {
      const waiter: Waiter<T> = {
        resolve,
        reject,
        signal,
        sinceMs: this.clock.monotonic(),
        before: this.last,
        after: undefined,
        timer: undefined,
        onAbort: undefined,
      };
      waiter.timer = setTimeout(() => {
        this.leave(waiter);
        reject(options.makeTimeoutError(this.clock.monotonic() - waiter.sinceMs));
      }, options.timeoutMs);
      if (signal !== undefined) {
        waiter.onAbort = () => {
          this.leave(waiter);
          options.onAborted?.();
          reject(signal.reason);
        };
        signal.addEventListener('abort', waiter.onAbort, { once: true });
      }
      if (this.last === undefined) this.first = waiter;
      else this.last.after = waiter;
      this.last = waiter;
      this.length++;
    });
  }

  /** Serves the one at the front and says how long it had waited (ms); undefined when nobody waits. */
  serve(value: T): number | undefined {
    const waiter = this.first;
    if (waiter === undefined) return undefined;
    this.leave(waiter);
    waiter.resolve(value);
    return this.clock.monotonic() - waiter.sinceMs;
  }

  /** Sends everyone away, each with an error of its own. */
  rejectAll(makeError: () => Error): void {
    while (this.first !== undefined) {
      const waiter = this.first;
      this.leave(waiter);
      waiter.reject(makeError());
    }
  }

  private leave(waiter: Waiter<T>): void {
    clearTimeout(waiter.timer);
    if (waiter.onAbort !== undefined) waiter.signal?.removeEventListener('abort', waiter.onAbort);
    if (waiter.before === undefined) this.first = waiter.after;
    else waiter.before.after = waiter.after;
    if (waiter.after === undefined) this.last = waiter.before;
    else waiter.after.before = waiter.before;
    this.length--;
  }
}

interface Waiter<T> {
  readonly resolve: (value: T) => void;
  readonly reject: (error: unknown) => void;
  readonly signal: AbortSignal | undefined;
  readonly sinceMs: number;
  before: Waiter<T> | undefined;
  after: Waiter<T> | undefined;
  timer: NodeJS.Timeout | undefined;
  onAbort: (() => void) | undefined;
}
