import type { Clock } from '../common/clock';
import { Deadline } from '../common/deadline';

export interface WaitOptions {
  /** How long to wait at most, in milliseconds. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  /** Makes the error for a caller that has waited too long. */
  readonly makeTimeoutError: (waitedMs: number) => Error;
  /** Called when a caller stops waiting because of its own signal. */
  readonly onAborted?: () => void;
}

/**
 * Callers in the order they came, as a doubly linked list: to join, to be served and to give up are O(1), and a caller
 * that gives up is removed at once. The owner of the queue bounds its length.
 */
export class WaitQueue<T> {
  private first: Waiter<T> | undefined;
  private last: Waiter<T> | undefined;
  private length = 0;

  constructor(private readonly clock: Clock) {}

  get size(): number {
    return this.length;
  }

  /** For how long the first caller has waited, in milliseconds; 0 when the queue is empty. */
  get longestWaitMs(): number {
    return this.first === undefined ? 0 : this.clock.monotonic() - this.first.sinceMs;
  }

  /** Joins at the end. Rejects with `makeTimeoutError()` at the deadline, and with the signal's reason when it fires. */
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
        deadline: undefined,
        onAbort: undefined,
      };
      waiter.deadline = new Deadline(options.timeoutMs, () => {
        this.leave(waiter);
        reject(options.makeTimeoutError(this.clock.monotonic() - waiter.sinceMs));
      });
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

  /** Serves the first caller and returns how long it had waited (ms); undefined when the queue is empty. */
  serve(value: T): number | undefined {
    const waiter = this.first;
    if (waiter === undefined) return undefined;
    this.leave(waiter);
    waiter.resolve(value);
    return this.clock.monotonic() - waiter.sinceMs;
  }

  /** Rejects all callers, each with an error of its own. */
  rejectAll(makeError: () => Error): void {
    while (this.first !== undefined) {
      const waiter = this.first;
      this.leave(waiter);
      waiter.reject(makeError());
    }
  }

  private leave(waiter: Waiter<T>): void {
    waiter.deadline?.clear();
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
  deadline: Deadline | undefined;
  onAbort: (() => void) | undefined;
}
