import { keyValues } from '../key-value-text';
import { cpusetLimit } from './cpuset-limit';
import type { SmallFileReader } from '../small-file-reader';
import type { ContainerCpu, ContainerMemory, ContainerSample, ContainerSource } from './container-sample';

const NANOSECONDS = 1_000_000_000;
/** "Unlimited" is the largest multiple of the page size that fits in 63 bits; larger values mean no limit. */
const UNLIMITED_BYTES = 2 ** 60;

/** This group's folder and those above it, for each controller that v1 mounts on its own. */
export interface V1Levels {
  readonly cpu: readonly string[];
  readonly cpuacct: readonly string[];
  readonly memory: readonly string[];
  readonly cpuset: readonly string[];
}

/** Reads the hierarchies of version 1 (kernel.org, admin-guide/cgroup-v1). It knows no pressure. */
export class CgroupV1 implements ContainerSource {
  constructor(
    private readonly files: SmallFileReader,
    private readonly levels: V1Levels,
  ) {}

  sample(): ContainerSample {
    return { version: 1, cpu: this.cpu(), memory: this.memory(), pressure: {} };
  }

  private cpu(): ContainerCpu | undefined {
    const usage = this.files.readNumber(`${this.levels.cpuacct[0]}/cpuacct.usage`);
    if (usage === undefined) return undefined;
    let limitCpus: number | undefined;
    let depth = 0;
    for (const [index, level] of this.levels.cpu.entries()) {
      const quota = this.files.readNumber(`${level}/cpu.cfs_quota_us`) ?? -1;
      const period = this.files.readNumber(`${level}/cpu.cfs_period_us`) ?? 0;
      if (quota <= 0 || period <= 0 || quota / period >= (limitCpus ?? Infinity)) continue;
      limitCpus = quota / period;
      depth = index;
    }
    const stat = keyValues(this.files.read(`${this.levels.cpu[depth]}/cpu.stat`));
    const limited = this.levels.cpuacct[depth];
    const limitedUsage = limited === undefined ? undefined : this.files.readNumber(`${limited}/cpuacct.usage`);
    const cpuset = this.cpuset();
    const isCpusetTighter = cpuset !== undefined && cpuset < (limitCpus ?? Infinity);
    return {
      usageSeconds: usage / NANOSECONDS,
      limitCpus: isCpusetTighter ? cpuset : limitCpus,
      hasQuota: limitCpus !== undefined,
      limitedUsageSeconds: (isCpusetTighter ? usage : (limitedUsage ?? usage)) / NANOSECONDS,
      periods: stat.get('nr_periods') ?? 0,
      throttledPeriods: stat.get('nr_throttled') ?? 0,
      throttledSeconds: (stat.get('throttled_time') ?? 0) / NANOSECONDS,
    };
  }

  private cpuset(): number | undefined {
    const own = this.levels.cpuset[0];
    if (own === undefined) return undefined;
    return cpusetLimit(this.files, `${own}/cpuset.effective_cpus`) ?? cpusetLimit(this.files, `${own}/cpuset.cpus`);
  }

  private memory(): ContainerMemory | undefined {
    const own = this.levels.memory[0];
    const usageBytes = this.files.readNumber(`${own}/memory.usage_in_bytes`);
    if (usageBytes === undefined) return undefined;
    const inactive = keyValues(this.files.read(`${own}/memory.stat`)).get('total_inactive_file') ?? 0;
    const limits = this.levels.memory.map(
      (level) => this.files.readNumber(`${level}/memory.limit_in_bytes`) ?? Infinity,
    );
    const limit = Math.min(...limits);
    return {
      usageBytes,
      workingSetBytes: Math.max(0, usageBytes - inactive),
      limitBytes: limit >= UNLIMITED_BYTES ? undefined : limit,
      oomKills: keyValues(this.files.read(`${own}/memory.oom_control`)).get('oom_kill'),
    };
  }
}
