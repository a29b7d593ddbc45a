import { execFile } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const POLL_MS = 10;
const IMMEDIATE_TIMEOUT_MS = 2_000;
const KILL_TIMEOUT_MS = 2_000;

export interface PostmasterPidFile {
  readonly pid: number;
  /** Line 8, as pg_ctl reads it: "starting", "ready", "stopping". */
  readonly status: string | undefined;
}

/** What the pid file in the folder `data` says; undefined when there is none. */
export async function readPostmasterPidFile(data: string): Promise<PostmasterPidFile | undefined> {
  try {
    const lines = (await readFile(join(data, 'postmaster.pid'), 'utf8')).split('\n');
    const pid = Number(lines[0]);
    return Number.isInteger(pid) && pid > 0 ? { pid, status: lines[7]?.trim() } : undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Whether `pid` is alive and really a postgres on the folder `data`; a zombie or a reused process id is not. */
async function isPostmasterOf(pid: number, data: string): Promise<boolean> {
  const [command, ...rest] = await commandLine(pid);
  return command !== undefined && basename(command) === 'postgres' && rest.includes(data);
}

/**
 * Stops a server: fast shutdown (its clients are disconnected, what is committed is on disk), after `fastTimeoutMs` an
 * immediate one (recovered from the log at the next start), at last SIGKILL. Resolves when the process is gone.
 */
export async function stopPostmaster(pid: number, data: string, fastTimeoutMs: number): Promise<void> {
  const steps = [
    ['SIGINT', fastTimeoutMs],
    ['SIGQUIT', IMMEDIATE_TIMEOUT_MS],
    ['SIGKILL', KILL_TIMEOUT_MS],
  ] as const;
  for (const [signal, timeoutMs] of steps) {
    if (!(await isPostmasterOf(pid, data))) return;
    sendSignal(pid, signal);
    const deadline = performance.now() + timeoutMs;
    while (performance.now() < deadline) {
      await sleep(POLL_MS);
      if (!(await isPostmasterOf(pid, data))) return;
    }
  }
}

/**
 * After a crash of the process that owned it, a server may still run on `data`: it is stopped, and a pid file that
 * names another process is removed. The caller holds the lock of the folder, so no other process can have started a
 * server since. Resolves with the pid of the server that was stopped.
 */
export async function stopOrphan(data: string, fastTimeoutMs: number): Promise<number | undefined> {
  const found = await readPostmasterPidFile(data);
  if (found === undefined) return undefined;
  if (await isPostmasterOf(found.pid, data)) {
    await stopPostmaster(found.pid, data, fastTimeoutMs);
    return found.pid;
  }
  // If another process got the same number by chance, the new server would refuse to start.
  await rm(join(data, 'postmaster.pid'), { force: true });
  return undefined;
}

/** Signals a process that may have ended meanwhile. */
export function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error; // ESRCH: it has just ended by itself
  }
}

async function commandLine(pid: number): Promise<string[]> {
  try {
    if (process.platform === 'linux') {
      return (await readFile(`/proc/${pid}/cmdline`, 'utf8')).split('\0').filter((part) => part !== '');
    }
    const { stdout } = await promisify(execFile)('ps', ['-o', 'args=', '-p', String(pid)]);
    const [command, flag, ...data] = stdout.trim().split(/ (-D) /);
    return command === undefined ? [] : [command, flag ?? '', (data[0] ?? '').replace(/ -c .*$/s, '')];
  } catch {
    return []; // no such process
  }
}
