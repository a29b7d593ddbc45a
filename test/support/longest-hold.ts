/** The most CPU time (ms) of this thread between two turns of the loop while `act` ran: others' load does not count. */
export async function longestHold(act: () => Promise<unknown>): Promise<number> {
  let longest = 0;
  let running = true;
  let last = process.threadCpuUsage();
  const tick = (): void => {
    const { user, system } = process.threadCpuUsage(last);
    longest = Math.max(longest, (user + system) / 1_000);
    last = process.threadCpuUsage();
    if (running) setImmediate(tick);
  };
  setImmediate(tick);
  await act();
  running = false;
  await new Promise(setImmediate);
  return longest;
}
