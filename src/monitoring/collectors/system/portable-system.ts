import { availableParallelism, cpus, loadavg } from 'node:os';
import { disksIO, fsSize, mem, networkStats } from 'systeminformation';
import type { CpuTimes, SystemSample, SystemSource } from './system-sample';

const MAX_DEVICES = 64;

/**
 * The machine as systeminformation knows it, for systems without /proc. It starts processes and takes tens of
 * milliseconds per call, so it is used nowhere else. CPU times come from Node itself, which asks the system directly.
 */
export class PortableSystem implements SystemSource {
  async sample(): Promise<SystemSample> {
    const [memory, disks, networks, filesystems] = await Promise.all([mem(), disksIO(), networkStats('*'), fsSize()]);
    return {
      cpu: cpuTimes(),
      loadAverage1m: process.platform === 'win32' ? undefined : loadavg()[0],
      memory: {
        totalBytes: memory.total,
        availableBytes: memory.available,
        bytesByState: {
          used: memory.active,
          free: memory.free,
          cached: Math.max(0, memory.total - memory.active - memory.free),
        },
      },
      disks: disks === null ? [] : [diskIo(disks)],
      networks: networks.slice(0, MAX_DEVICES).map((network) => ({
        device: network.iface,
        receivedBytes: network.rx_bytes,
        sentBytes: network.tx_bytes,
        receiveErrors: network.rx_errors,
        sendErrors: network.tx_errors,
        receiveDrops: network.rx_dropped,
        sendDrops: network.tx_dropped,
      })),
      filesystems: filesystems.slice(0, MAX_DEVICES).map(({ fs, mount, type, size, used, available }) => ({
        device: fs,
        mountpoint: mount,
        type,
        usedBytes: used,
        freeBytes: available,
        reservedBytes: Math.max(0, size - used - available),
      })),
      pressure: {},
    };
  }
}

/** systeminformation gives the operations of all disks together, and no bytes. */
function diskIo({ rIO, wIO }: { rIO: number; wIO: number }) {
  return {
    device: 'all',
    reads: rIO,
    writes: wIO,
    readBytes: undefined,
    writtenBytes: undefined,
    busySeconds: undefined,
  };
}

function cpuTimes(): CpuTimes {
  const all = cpus();
  const seconds = (state: 'user' | 'nice' | 'sys' | 'idle' | 'irq') =>
    all.reduce((sum, { times }) => sum + times[state], 0) / 1_000;
  const secondsByState = {
    user: seconds('user'),
    nice: seconds('nice'),
    system: seconds('sys'),
    idle: seconds('idle'),
    interrupt: seconds('irq'),
  };
  return { cpus: all.length, allowedCpus: Math.min(availableParallelism(), all.length), secondsByState };
}
