import cluster from 'node:cluster';
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { Logger } from '@nestjs/common';
import { FileLock } from '../common/file-lock';
import { Instance, INSTANCE_NAME } from './instance';

/** As many processes may share a data folder. */
const MAX_SLOTS = 256;

/**
 * The copy this process is: `name` where there is one, else an id kept in the data folder. Processes that share the
 * folder get one each, and the process that follows another gets that one's. Where the folder cannot be written, it is
 * called after the host.
 */
export function keptInstance(dataDir: string, name?: string): Instance {
  const worker = workerNumber();
  if (name !== undefined) return new Instance(worker === undefined ? name : `${name}-${worker}`, worker);
  try {
    return claim(join(dataDir, 'instances'));
  } catch (error) {
    const id = `${hostPart()}${process.pid === 1 ? '' : `-${process.pid}`}`;
    new Logger('Instance').warn(
      `This copy is called ${id} until it ends, since no lasting name can be kept in ${dataDir} ` +
        `(${(error as Error).message}): make it writable or set INSTANCE`,
    );
    return new Instance(id);
  }
}

/** Tells the processes of PM2 and `node:cluster` apart, which all have the same environment; undefined: there is one. */
function workerNumber(): number | undefined {
  const { NODE_APP_INSTANCE } = process.env;
  if (NODE_APP_INSTANCE !== undefined && /^\d{1,3}$/.test(NODE_APP_INSTANCE)) return Number(NODE_APP_INSTANCE);
  return cluster.worker && cluster.worker.id - 1;
}

function claim(folder: string): Instance {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  for (let slot = 1; slot <= MAX_SLOTS; slot++) {
    const lock = FileLock.tryAcquire(join(folder, `${slot}.lock`));
    if (lock !== undefined) return new Instance(readOrMake(join(folder, `${slot}.id`)), slot - 1, () => lock.release());
  }
  throw new Error(`${MAX_SLOTS} processes use it already`);
}

/** Under the lock, so nobody else writes; what is not a name, as after a write that was cut off, is made anew. */
function readOrMake(path: string): string {
  const kept = read(path);
  if (INSTANCE_NAME.test(kept)) return kept;
  const id = `${hostPart()}-${randomBytes(4).toString('hex')}`;
  writeFileSync(path, `${id}\n`);
  return id;
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}

/** The name of the host says where a copy was first started. */
function hostPart(): string {
  const name = hostname()
    .replaceAll(/[^A-Za-z0-9.-]/g, '')
    .slice(0, 60);
  return INSTANCE_NAME.test(name) ? name : 'copy';
}
