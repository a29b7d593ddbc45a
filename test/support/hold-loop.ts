/** Keeps the event loop from turning for `ms`, as a long computation does, or a machine that gives its time to others. */
export function holdLoop(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}
