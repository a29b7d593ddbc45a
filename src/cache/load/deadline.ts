/** The longest delay a Node timer takes; what lasts longer is waited for without end. */
const MAX_TIMER_MS = 0x7fff_ffff;

/** The outcome of `work`, or the failure `tooLate` answers once `timeoutMs` have passed; `work` itself goes on. */
export function withinDeadline<T>(work: Promise<T>, timeoutMs: number, tooLate: () => Error): Promise<T> {
  if (timeoutMs > MAX_TIMER_MS) return work;
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(tooLate()), timeoutMs);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/** Resolves after `ms`, at the latest; does not keep the process alive. */
export function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.min(ms, MAX_TIMER_MS)).unref());
}
