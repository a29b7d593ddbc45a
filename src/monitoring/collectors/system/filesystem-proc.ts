import { type StatsFs, statfsSync } from 'node:fs';
import type { SmallFileReader } from './small-file-reader';
import type { FilesystemUsage } from './system-sample';

/** File systems on local devices: asking a network one how full it is can block for minutes when its server is gone. */
const LOCAL_TYPES: ReadonlySet<string> = new Set(
  'bcachefs btrfs ext2 ext3 ext4 f2fs jfs overlay vfat exfat xfs zfs'.split(' '),
);
const MAX_FILESYSTEMS = 32;

/**
 * How full the local file systems are that /proc/self/mounts lists; a device that is mounted several times counts once.
 */
export function readFilesystems(
  files: SmallFileReader,
  statfs: (path: string) => StatsFs = statfsSync,
): FilesystemUsage[] {
  const filesystems = new Map<string, FilesystemUsage>();
  for (const line of (files.read('proc/self/mounts') ?? '').split('\n')) {
    const [device, mountpoint, type] = line.split(' ').map(unescapeOctal);
    if (device === undefined || mountpoint === undefined || type === undefined || !LOCAL_TYPES.has(type)) continue;
    if (filesystems.has(device) || filesystems.size >= MAX_FILESYSTEMS) continue;
    const usage = usageOf(files.path(mountpoint), statfs);
    if (usage !== undefined) filesystems.set(device, { device, mountpoint, type, ...usage });
  }
  return [...filesystems.values()];
}

function usageOf(path: string, statfs: (path: string) => StatsFs) {
  try {
    const { bsize, blocks, bfree, bavail } = statfs(path);
    if (blocks === 0) return undefined;
    return { usedBytes: (blocks - bfree) * bsize, freeBytes: bavail * bsize, reservedBytes: (bfree - bavail) * bsize };
  } catch {
    return undefined; // unmounted meanwhile, or below a folder this user cannot enter
  }
}

/** The kernel writes blanks in paths as `\040`. */
function unescapeOctal(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(parseInt(digits, 8)));
}
