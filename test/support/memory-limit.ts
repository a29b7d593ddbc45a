import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';

const V1 = '/sys/fs/cgroup/memory';
const V2 = '/sys/fs/cgroup';

/** A container's memory limit without a container: a control group of its own. */
export class MemoryLimit {
  private constructor(
    private readonly folder: string,
    private readonly peakFile: string,
  ) {}

  /** @returns undefined where control groups cannot be made: without root, or without a hierarchy to write to */
  static create(bytes: number): MemoryLimit | undefined {
    for (const [root, limit, peak] of [
      [V1, 'memory.limit_in_bytes', 'memory.max_usage_in_bytes'],
      [V2, 'memory.max', 'memory.peak'],
    ] as const) {
      const folder = `${root}/soak-${process.pid}`;
      try {
        mkdirSync(folder);
      } catch {
        continue;
      }
      try {
        writeFileSync(`${folder}/${limit}`, String(bytes));
        return new MemoryLimit(folder, `${folder}/${peak}`);
      } catch {
        rmdirSync(folder);
      }
    }
    return undefined;
  }

  /** What a shell has to do before it becomes the process that is limited. */
  get command(): string {
    return `echo $$ > ${this.folder}/cgroup.procs`;
  }

  /** The most memory that was in use at a time (bytes), buffers of files included. */
  get peakBytes(): number {
    return Number(readFileSync(this.peakFile, 'utf8'));
  }

  /** To be called when the process has ended. */
  remove(): void {
    rmdirSync(this.folder);
  }
}
