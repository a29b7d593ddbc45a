/** The longest delay a Node timer takes; what lasts longer is waited for without end. */
const MAX_TIMER_MS = 0x7fff_ffff;

/**
 * The outcome of `work`, or the error of `expired` after `timeoutMs`. The work gets a signal that fires then, and is
 * left alone if it does not heed it: its late outcome is dropped.
 */
export function withDeadline<T>(
  work: (signal: AbortSignal) => Promise<T>,
  timeoutMs: number,
  expired: () => Error,
): Promise<T> {
  const controller = new AbortController();
  if (timeoutMs > MAX_TIMER_MS) return work(controller.signal);
  return new Promise<T>((resolve, reject) => {
    let lastTurn: NodeJS.Immediate | undefined;
    const expire = () => {
      const error = expired();
      controller.abort(error);
      reject(error);
    };
    // After a stop of the loop the answer may be there unread: it gets this turn.
    const timer = setTimeout(() => (lastTurn = setImmediate(expire)), timeoutMs);
    work(controller.signal)
      .then(resolve, reject)
      .finally(() => {
        clearTimeout(timer);
        clearImmediate(lastTurn);
      });
  });
}

/** Resolves after `ms`, at the latest after 24 days; does not keep the process alive. */
export function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.min(ms, MAX_TIMER_MS)).unref());
}
