/**
 * Wall and CPU time (ns; user and system, all threads of this process) of `run(operations)`, or what it answers itself.
 */
export async function timed(run, operations) {
  const cpu = process.cpuUsage();
  const start = process.hrtime.bigint();
  const pending = run(operations);
  const own = pending instanceof Promise ? await pending : pending; // a synchronous contender is not made to wait a tick
  const wallNs = Number(process.hrtime.bigint() - start);
  const used = process.cpuUsage(cpu);
  return { wallNs, cpuNs: (used.user + used.system) * 1_000, ...own };
}
