import { keyValues } from '../key-value-text';
import { cpusetLimit } from './cpuset-limit';
import { readPressure } from '../pressure-proc';
import type { SmallFileReader } from '../small-file-reader';
import type { ContainerCpu, ContainerMemory, ContainerSample, ContainerSource } from './container-sample';

const MICROSECONDS = 1_000_000;

/**
 * Reads the unified hierarchy (kernel.org, admin-guide/cgroup-v2): `levels` are this group's folder and those above it.
 */
export class CgroupV2 implements ContainerSource {
  constructor(
    private readonly files: SmallFileReader,
    private readonly levels: readonly string[],
  ) {}

  sample(): ContainerSample {
    return {
      version: 2,
      cpu: this.cpu(),
      memory: this.memory(),
      pressure: readPressure(this.files, (resource) => `${this.levels[0]}/${resource}.pressure`),
    };
  }

  private cpu(): ContainerCpu | undefined {
    const own = this.cpuStat(this.levels[0]!);
    if (own === undefined) return undefined;
    let tightest: { limitCpus: number | undefined; level: string } = { limitCpus: undefined, level: this.levels[0]! };
    for (const level of this.levels) {
      const [quota, period] = (this.files.read(`${level}/cpu.max`) ?? 'max').trim().split(' ').map(Number);
      const limitCpus = quota! / period!;
      if (limitCpus < (tightest.limitCpus ?? Infinity)) tightest = { limitCpus, level };
    }
    // Throttling happens where the limit is, which may be above this group.
    const limiting = (tightest.level === this.levels[0] ? own : this.cpuStat(tightest.level)) ?? own;
    const cpuset = cpusetLimit(this.files, `${this.levels[0]}/cpuset.cpus.effective`);
    const isCpusetTighter = cpuset !== undefined && cpuset < (tightest.limitCpus ?? Infinity);
    return {
      usageSeconds: seconds(own.get('usage_usec')),
      limitCpus: isCpusetTighter ? cpuset : tightest.limitCpus,
      hasQuota: tightest.limitCpus !== undefined,
      limitedUsageSeconds: seconds((isCpusetTighter ? own : limiting).get('usage_usec')),
      periods: limiting.get('nr_periods') ?? 0,
      throttledPeriods: limiting.get('nr_throttled') ?? 0,
      throttledSeconds: seconds(limiting.get('throttled_usec')),
    };
  }

  private cpuStat(level: string): ReadonlyMap<string, number> | undefined {
    const text = this.files.read(`${level}/cpu.stat`);
    return text === undefined ? undefined : keyValues(text);
  }

  private memory(): ContainerMemory | undefined {
    const usageBytes = this.files.readNumber(`${this.levels[0]}/memory.current`);
    if (usageBytes === undefined) return undefined;
    const inactive = keyValues(this.files.read(`${this.levels[0]}/memory.stat`)).get('inactive_file') ?? 0;
    const limits = this.levels.map((level) => this.files.readNumber(`${level}/memory.max`) ?? Infinity);
    const limit = Math.min(...limits);
    return {
      usageBytes,
      workingSetBytes: Math.max(0, usageBytes - inactive),
      limitBytes: limit === Infinity ? undefined : limit,
      oomKills: keyValues(this.files.read(`${this.levels[0]}/memory.events`)).get('oom_kill'),
    };
  }
}

function seconds(microseconds: number | undefined): number {
  return (microseconds ?? 0) / MICROSECONDS;
}
