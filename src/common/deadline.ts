/** The longest delay a Node timer takes; what lasts longer is waited for without end. */
const MAX_TIMER_MS = 0x7fff_ffff;

/** A timer for something that has to happen before it fires. */
export class Deadline {
  private readonly timer: NodeJS.Timeout | undefined;
  private lastTurn: NodeJS.Immediate | undefined;

  /**
   * Calls `expired` after `timeoutMs`. After a stop of the event loop the awaited answer may be there, not yet read:
   * the loop reads it first, in one more turn.
   */
  constructor(timeoutMs: number, expired: () => void) {
    if (timeoutMs > MAX_TIMER_MS) return;
    this.timer = setTimeout(() => (this.lastTurn = setImmediate(expired)), timeoutMs);
  }

  /** Lets the process end before it fires. */
  unref(): this {
    this.timer?.unref();
    return this;
  }

  /** Calls it off. */
  clear(): void {
    clearTimeout(this.timer);
    clearImmediate(this.lastTurn);
  }
}

/**
 * The outcome of `work`, or the error of `expired` after `timeoutMs`. The work gets a signal that fires then; when it
 * goes on all the same, its late outcome is dropped.
 */
export function withDeadline<T>(
  work: (signal: AbortSignal) => Promise<T>,
  timeoutMs: number,
  expired: () => Error,
): Promise<T> {
  const controller = new AbortController();
  if (timeoutMs > MAX_TIMER_MS) return work(controller.signal);
  return new Promise<T>((resolve, reject) => {
    const deadline = new Deadline(timeoutMs, () => {
      const error = expired();
      controller.abort(error);
      reject(error);
    });
    work(controller.signal)
      .then(resolve, reject)
      .finally(() => deadline.clear());
  });
}

/**
 * Waits for `work`, at most `timeoutMs`, without keeping the process alive. Resolves with true when it was done in
 * time; rejects as it does.
 */
export function doneWithin(work: Promise<unknown>, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const deadline = new Deadline(timeoutMs, () => resolve(false)).unref();
    work.then(() => resolve(true), reject).finally(() => deadline.clear());
  });
}

/** Resolves after `ms`, at the latest after 24 days; does not keep the process alive. */
export function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.min(ms, MAX_TIMER_MS)).unref());
}
