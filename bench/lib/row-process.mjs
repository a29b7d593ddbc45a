import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** How long a process that was asked to end has to stop what it started (ms). */
const GRACE_MS = 2_000;
/** Node's exit code for a main module that awaits what nothing can bring any more. */
const NOTHING_LEFT_TO_WAIT_FOR = 13;
const ENDING = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** Measures in this process, which is that of the row. */
export function measureHere(row, options) {
  process.once('SIGTERM', () => process.exit(143)); // with what listens to `exit`: it stops servers
  process.once('disconnect', () => process.exit(1)); // the parent process has ended
  process.channel?.unref();
  return row.measure(options);
}

/**
 * Measures a row of the benchmark that runs in a process of its own, with a process group and a folder for temporary
 * files, so that nothing is left of it, however it ends. Rejects when it fails or is not done after `deadlineMs`. Its
 * results come as a message: what the code under test prints, such as a log, goes to the standard error.
 */
export async function measureInProcess({ id }, { budgetMs, deadlineMs, quick }) {
  if (deadlineMs === 0) throw new Error('the rows before it took all of the time');
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  chmodSync(folder, 0o755); // the embedded PostgreSQL may run as another user
  const seconds = String(budgetMs / 1_000);
  const flags = ['--here', '--only', id, '--row-seconds', seconds, ...(quick ? ['--quick'] : [])];
  const child = spawn(process.execPath, [...process.execArgv, process.argv[1], ...flags], {
    stdio: ['ignore', process.stderr, 'inherit', 'ipc'],
    env: { ...process.env, TMPDIR: folder },
    detached: true,
  });
  const cleanUp = async () => {
    await end(child);
    rmSync(folder, { recursive: true, force: true });
  };
  const stopListening = onEnding(() => cleanUp().then(() => process.exit(1)));
  try {
    const results = lastMessage(child);
    const [code, signal] = await within(deadlineMs, once(child, 'exit'));
    killGroup(child); // what is left may hold the channel open
    if (code === NOTHING_LEFT_TO_WAIT_FOR) throw new Error('it waited for what nothing could bring any more');
    if (code !== 0) throw new Error(`its process ended with ${signal ?? code}, see above`);
    return await results;
  } finally {
    await cleanUp();
    stopListening();
  }
}

/** What the process has said last when its channel closes, which may be after its end. */
function lastMessage(child) {
  let last;
  child.on('message', (message) => (last = message));
  return once(child, 'disconnect').then(() => last);
}

async function within(ms, work) {
  const over = new AbortController();
  const late = sleep(ms, 'late', { signal: over.signal });
  try {
    const outcome = await Promise.race([work, late]);
    if (outcome === 'late') throw new Error(`not done after ${(ms / 1_000).toFixed(1)} s`);
    return outcome;
  } finally {
    over.abort();
    late.catch(() => undefined); // that it was called off
  }
}

/** Ctrl-C reaches only the process group of the terminal, which that of a row is not. */
function onEnding(listener) {
  for (const signal of ENDING) process.once(signal, listener);
  return () => ENDING.forEach((signal) => process.off(signal, listener));
}

async function end(child) {
  if (child.exitCode === null && child.signalCode === null) {
    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    await Promise.race([exited, sleep(GRACE_MS, undefined, { ref: false })]);
  }
  killGroup(child);
}

/** Whatever it started and did not stop, frozen or not. */
function killGroup({ pid }) {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if (error.code !== 'ESRCH') throw error; // nothing is left: as it should be
  }
}
