/** CPU time (ms) that this thread spends on `act`: what else the machine does is not counted. */
export function cpuMsOf(act: () => unknown): number {
  const before = process.threadCpuUsage();
  act();
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1_000;
}
