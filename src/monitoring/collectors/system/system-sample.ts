/** What one look at the machine gives; a part is missing where the system does not tell. Counts go up from the boot. */
export interface SystemSample {
  readonly cpu: CpuTimes | undefined;
  readonly loadAverage1m: number | undefined;
  readonly memory: MemoryUsage | undefined;
  readonly disks: readonly DiskIo[];
  readonly networks: readonly NetworkIo[];
  readonly filesystems: readonly FilesystemUsage[];
  readonly pressure: PressureStall;
}

/** CPU seconds since the boot, all CPUs together, by what they were spent on. */
export interface CpuTimes {
  readonly cpus: number;
  /** How many of them this process may run on: its affinity. */
  readonly allowedCpus: number;
  readonly secondsByState: Readonly<Record<string, number>>;
}

export interface MemoryUsage {
  readonly totalBytes: number;
  /** What a new process could have without swapping. */
  readonly availableBytes: number;
  readonly bytesByState: Readonly<Record<string, number>>;
}

export interface DiskIo {
  readonly device: string;
  readonly readBytes: number | undefined;
  readonly writtenBytes: number | undefined;
  readonly reads: number;
  readonly writes: number;
  /** Seconds in which at least one operation was under way. */
  readonly busySeconds: number | undefined;
}

export interface NetworkIo {
  readonly device: string;
  readonly receivedBytes: number;
  readonly sentBytes: number;
  readonly receiveErrors: number;
  readonly sendErrors: number;
  readonly receiveDrops: number;
  readonly sendDrops: number;
}

export interface FilesystemUsage {
  readonly device: string;
  readonly mountpoint: string;
  readonly type: string;
  readonly usedBytes: number;
  readonly freeBytes: number;
  /** Kept for the administrator: neither used nor free for others. */
  readonly reservedBytes: number;
}

/** Seconds since the boot in which something waited for a resource: some tasks, or all of them at once. */
export type PressureStall = {
  readonly [resource in PressureResource]?: { readonly some: number; readonly full: number };
};
export const PRESSURE_RESOURCES = ['cpu', 'memory', 'io'] as const;
export type PressureResource = (typeof PRESSURE_RESOURCES)[number];

/** Where samples of the machine come from. */
export interface SystemSource {
  sample(): SystemSample | Promise<SystemSample>;
}
