import type { DiskIo } from './system-sample';

/** /proc/diskstats counts sectors of 512 bytes whatever the device has. */
const SECTOR_BYTES = 512;
/** Devices that hold nothing of their own. */
const VIRTUAL = /^(loop|ram|zram|fd|sr)\d/;
/** `sda1`, `nvme0n1p2`, `mmcblk0p1`: parts of a device that is counted itself. */
const PARTITION = /^(?:((?:s|h|v|xv)d[a-z]+)\d+|(nvme\d+n\d+|mmcblk\d+)p\d+)$/;
const MAX_DEVICES = 64;

/** Reads /proc/diskstats: whole devices, without partitions and memory disks. */
export function parseDisks(text: string | undefined): DiskIo[] {
  const disks: DiskIo[] = [];
  const names = new Set<string>();
  const lines = (text ?? '').split('\n').map((line) => line.trim().split(/\s+/));
  for (const fields of lines) if (fields[2] !== undefined && wholeOf(fields[2]) === undefined) names.add(fields[2]);
  for (const [, , device, reads, , sectorsRead, , writes, , sectorsWritten, , , busyMs] of lines) {
    if (device === undefined || busyMs === undefined || VIRTUAL.test(device) || disks.length >= MAX_DEVICES) continue;
    // Some virtual machines have a partition and not its device; then the partition is what there is.
    const whole = wholeOf(device);
    if (whole !== undefined && names.has(whole)) continue;
    disks.push({
      device,
      reads: Number(reads),
      writes: Number(writes),
      readBytes: Number(sectorsRead) * SECTOR_BYTES,
      writtenBytes: Number(sectorsWritten) * SECTOR_BYTES,
      busySeconds: Number(busyMs) / 1_000,
    });
  }
  return disks;
}

/** The device a partition belongs to; `undefined` for what is no partition. */
function wholeOf(device: string): string | undefined {
  const [, lettered, numbered] = PARTITION.exec(device) ?? [];
  return lettered ?? numbered;
}
