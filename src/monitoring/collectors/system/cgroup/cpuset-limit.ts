import { countCpus } from '../cpu-list';
import { parseCpuTimes } from '../cpu-proc';
import type { SmallFileReader } from '../small-file-reader';

/** How many CPUs a cpuset leaves to its group; `undefined` when it leaves all of the machine. */
export function cpusetLimit(files: SmallFileReader, path: string): number | undefined {
  const cpus = countCpus(files.read(path));
  const ofMachine = parseCpuTimes(files.read('proc/stat'))?.cpus ?? Infinity;
  return cpus !== undefined && cpus < ofMachine ? cpus : undefined;
}
