/** The longest delay a Node timer takes; what lasts longer is waited for without end. */
const MAX_TIMER_MS = 0x7fff_ffff;

/** The outcome of `work`, or the failure `tooLate` answers once `timeoutMs` have passed; `work` itself goes on. */
export function withinDeadline<T>(work: Promise<T>, timeoutMs: number, tooLate: () => Error): Promise<T> {
  if (timeoutMs > MAX_TIMER_MS) return work;
  return new Promise((resolve, reject) => {
    let lastTurn: NodeJS.Immediate | undefined;
    // After a stop of the loop the outcome may be there unread: it gets this turn.
    const timer = setTimeout(() => (lastTurn = setImmediate(() => reject(tooLate()))), timeoutMs);
    work.then(resolve, reject).finally(() => {
      clearTimeout(timer);
      clearImmediate(lastTurn);
    });
  });
}

/** Resolves after `ms`, at the latest; does not keep the process alive. */
export function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.min(ms, MAX_TIMER_MS)).unref());
}
