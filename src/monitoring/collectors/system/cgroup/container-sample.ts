import type { PressureStall } from '../system-sample';

/** What one look at the control group of this process gives; a part is missing where the kernel does not tell. */
export interface ContainerSample {
  readonly version: 1 | 2;
  readonly cpu: ContainerCpu | undefined;
  readonly memory: ContainerMemory | undefined;
  readonly pressure: PressureStall;
}

export interface ContainerCpu {
  /** CPU seconds used since the group began. */
  readonly usageSeconds: number;
  /** How many CPUs it may use by quota or cpuset; `undefined` without a limit. */
  readonly limitCpus: number | undefined;
  /** Whether a quota limits it, which has periods and throttling. */
  readonly hasQuota: boolean;
  /** CPU seconds used by the group whose limit is the tightest: this one or one above it. */
  readonly limitedUsageSeconds: number;
  readonly periods: number;
  readonly throttledPeriods: number;
  readonly throttledSeconds: number;
}

export interface ContainerMemory {
  readonly usageBytes: number;
  /** What cannot be dropped at once: usage without the inactive part of the page cache, as Kubernetes counts it. */
  readonly workingSetBytes: number;
  /** The tightest limit of this group and those above it; `undefined` without one. */
  readonly limitBytes: number | undefined;
  readonly oomKills: number | undefined;
}

/** Where samples of the container come from. */
export interface ContainerSource {
  sample(): ContainerSample | undefined;
}
