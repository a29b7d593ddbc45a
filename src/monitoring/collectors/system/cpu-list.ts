/** How many CPUs a list of the kernel names, such as `0-3,8` (cpuset(7)); `undefined` when there is none. */
export function countCpus(list: string | undefined): number | undefined {
  let cpus = 0;
  for (const range of (list ?? '').trim().split(',')) {
    const [first, last = first] = range.split('-').map(Number);
    if (range !== '') cpus += last! - first! + 1;
  }
  return cpus > 0 ? cpus : undefined;
}
