/**
 * The outcome of `work`, or the error of `expired` after `timeoutMs`. The work gets a signal that fires then, and is
 * left alone if it does not heed it: its late outcome is dropped.
 */
export function withDeadline<T>(
  work: (signal: AbortSignal) => Promise<T>,
  timeoutMs: number,
  expired: () => Error,
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const controller = new AbortController();
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
