import { countCpus } from './cpu-list';
import type { CpuTimes } from './system-sample';

/** USER_HZ, which Linux fixes at 100 for everything it tells user space. */
const TICKS_PER_SECOND = 100;
const STATES = ['user', 'nice', 'system', 'idle', 'wait', 'interrupt', 'softirq', 'steal'] as const;

/**
 * Reads /proc/stat (proc_stat(5)); `user` and `nice` hold guests already, so those are not added.
 * @param status /proc/self/status, which has the affinity
 */
export function parseCpuTimes(text: string | undefined, status?: string): CpuTimes | undefined {
  const line = /^cpu +(.*)$/m.exec(text ?? '');
  if (line === null) return undefined;
  const ticks = line[1]!.trim().split(/\s+/).map(Number);
  const secondsByState = Object.fromEntries(
    STATES.map((state, index) => [state, (ticks[index] ?? 0) / TICKS_PER_SECOND]),
  );
  const cpus = text!.match(/^cpu\d/gm)?.length ?? 1;
  const allowed = countCpus(/^Cpus_allowed_list:(.*)$/m.exec(status ?? '')?.[1]);
  return { cpus, allowedCpus: Math.min(allowed ?? cpus, cpus), secondsByState };
}

/**
 * The share (0 to 1) of all CPU time between two readings in which the CPUs worked; `undefined` when no time went by.
 */
export function busyShare(before: CpuTimes, after: CpuTimes): number | undefined {
  let total = 0;
  let idle = 0;
  for (const [state, seconds] of Object.entries(after.secondsByState)) {
    // iowait and steal of some kernels step back a little.
    const spent = Math.max(0, seconds - (before.secondsByState[state] ?? 0));
    total += spent;
    if (state === 'idle' || state === 'wait') idle += spent;
  }
  return total > 0 ? (total - idle) / total : undefined;
}
