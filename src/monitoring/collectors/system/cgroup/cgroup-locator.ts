import type { SmallFileReader } from '../small-file-reader';
import { CgroupV1 } from './cgroup-v1';
import { CgroupV2 } from './cgroup-v2';
import type { ContainerSource } from './container-sample';

const MOUNT = 'sys/fs/cgroup';
const MAX_DEPTH = 16;

/**
 * Finds the control group of this process; `undefined` where there is none, or where it is the root of its hierarchy,
 * which is the machine.
 */
export function locateCgroup(files: SmallFileReader): ContainerSource | undefined {
  const groups = membership(files.read('proc/self/cgroup'));
  const unified = groups.get('');
  if (unified !== undefined && files.read(`${MOUNT}/cgroup.controllers`) !== undefined) {
    const levels = levelsOf(files, MOUNT, unified, 'cpu.stat');
    return files.read(`${levels[0]}/memory.current`) === undefined ? undefined : new CgroupV2(files, levels);
  }
  const memory = controllerLevels(files, groups, 'memory', 'memory.usage_in_bytes');
  const cpu = controllerLevels(files, groups, 'cpu', 'cpu.cfs_quota_us');
  const cpuacct = controllerLevels(files, groups, 'cpuacct', 'cpuacct.usage');
  const cpuset = controllerLevels(files, groups, 'cpuset', 'cpuset.cpus');
  if ([memory, cpu, cpuacct].every((levels) => levels.length === 0)) return undefined;
  return new CgroupV1(files, { memory, cpu, cpuacct, cpuset });
}

/** /proc/self/cgroup: path by controller, `''` for the unified hierarchy. */
function membership(text: string | undefined): ReadonlyMap<string, string> {
  const paths = new Map<string, string>();
  for (const line of (text ?? '').split('\n')) {
    const [, controllers, ...path] = line.split(':');
    for (const controller of (controllers ?? '').split(',')) if (path.length > 0) paths.set(controller, path.join(':'));
  }
  return paths;
}

function controllerLevels(
  files: SmallFileReader,
  groups: ReadonlyMap<string, string>,
  controller: string,
  probe: string,
): string[] {
  const path = groups.get(controller);
  if (path === undefined) return [];
  const mounts = [controller, 'cpu,cpuacct', 'cpuacct,cpu'].filter((name) => name.split(',').includes(controller));
  for (const mount of mounts) {
    const levels = levelsOf(files, `${MOUNT}/${mount}`, path, probe);
    if (levels.length > 0) return levels;
  }
  return [];
}

/**
 * The folder of the group and of those above it, nearest first. In a container the path is often that of the host while
 * the mount already shows the group itself: then the mount is the folder.
 */
function levelsOf(files: SmallFileReader, mount: string, path: string, probe: string): string[] {
  const parts = path
    .split('/')
    .filter((part) => part !== '' && part !== '..')
    .slice(0, MAX_DEPTH);
  const folders: string[] = [];
  for (let depth = parts.length; depth >= 0; depth--) {
    const folder = [mount, ...parts.slice(0, depth)].join('/');
    if (files.read(`${folder}/${probe}`) !== undefined && !isV1Root(files, folder)) folders.push(folder);
  }
  return folders;
}

/** Only the root of a hierarchy of version 1 has this file: a mount that shows a container's group has not. */
function isV1Root(files: SmallFileReader, folder: string): boolean {
  return files.read(`${folder}/release_agent`) !== undefined;
}
