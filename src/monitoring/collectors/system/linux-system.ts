import { parseCpuTimes } from './cpu-proc';
import { parseDisks } from './disk-proc';
import { readFilesystems } from './filesystem-proc';
import { parseMemory } from './memory-proc';
import { parseNetworks } from './network-proc';
import { readPressure } from './pressure-proc';
import type { SmallFileReader } from './small-file-reader';
import type { SystemSample, SystemSource } from './system-sample';

/** Reads the machine from /proc: a fraction of a millisecond, and no process is started. */
export class LinuxSystem implements SystemSource {
  constructor(private readonly files: SmallFileReader) {}

  sample(): SystemSample {
    const load = Number.parseFloat(this.files.read('proc/loadavg') ?? '');
    return {
      cpu: parseCpuTimes(this.files.read('proc/stat'), this.files.read('proc/self/status')),
      loadAverage1m: Number.isNaN(load) ? undefined : load,
      memory: parseMemory(this.files.read('proc/meminfo')),
      disks: parseDisks(this.files.read('proc/diskstats')),
      networks: parseNetworks(this.files.read('proc/net/dev')),
      filesystems: readFilesystems(this.files),
      pressure: readPressure(this.files, (resource) => `proc/pressure/${resource}`),
    };
  }
}
