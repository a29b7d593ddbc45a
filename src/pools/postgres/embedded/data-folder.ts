import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  chmod,
  chown,
  lchown,
  lstat,
  mkdir,
  readdir,
  readFile,
  realpath,
  rename,
  rm,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { poolsOption } from '../../pools-option';
import { EmbeddedPostgresStartError } from './embedded-postgres.errors';
import { OutputTail } from './output-tail';
import type { PostgresAccount } from './postgres-account';
import type { PostgresBinaries } from './postgres-binaries';
import { SERVER_ENVIRONMENT } from './server-environment';

const INITDB_TIMEOUT_MS = 60_000;
const MAJOR_VERSION = '18';
const UNFINISHED = '.unfinished';

/** `<dataDir>/postgres`: the cluster in `data`, its password inside it, the lock beside it. */
export class DataFolder {
  private constructor(readonly path: string) {}

  static async open(dataDir: string): Promise<DataFolder> {
    const path = join(dataDir, 'postgres');
    try {
      await mkdir(path, { recursive: true, mode: 0o700 });
      await chmod(path, 0o700);
      return new DataFolder(await realpath(path)); // orphans are recognised by the real path
    } catch (cause) {
      const { message } = cause as Error;
      throw new EmbeddedPostgresStartError(
        `The folder ${path} cannot be used (${message}). If another user made it (sudo?), run as that user, remove it, or set ${poolsOption('postgres.embeddedDataDir')}.`,
        '',
        { cause },
      );
    }
  }

  get data(): string {
    return join(this.path, 'data');
  }

  /**
   * Makes the account that runs the server the owner of everything in the folder. Rejects when this process may not do
   * that, or cannot read the folder afterwards.
   */
  async changeOwnerTo({ owner }: PostgresAccount): Promise<void> {
    if (owner !== undefined && (await lstat(this.path)).uid !== owner.uid) await changeOwner(this.path, owner);
    await readdir(this.path); // root without its usual capabilities cannot read folders of others
  }

  /** Runs initdb unless there is a cluster, in another folder that is renamed at the end: a crash leaves no half cluster. */
  async initialise(binaries: PostgresBinaries, account: PostgresAccount): Promise<'created' | 'found'> {
    const version = await readIfThere(join(this.data, 'PG_VERSION'));
    if (version !== undefined) {
      if (version.trim() === MAJOR_VERSION) return 'found';
      throw new EmbeddedPostgresStartError(
        `${this.data} was made by PostgreSQL ${version.trim()}, the binaries here are ${MAJOR_VERSION}: move it away, or dump it with the old version and load it into the new one.`,
        '',
      );
    }
    await this.removeUnfinished();
    // A new name each time: the initdb of a killed process may still be writing into the folder before.
    const newData = join(this.path, `${randomBytes(4).toString('hex')}${UNFINISHED}`);
    const password = `${newData}.password`;
    await writeFile(password, randomBytes(24).toString('hex'), { mode: 0o600 });
    if (account.owner) await chown(password, account.owner.uid, account.owner.gid);
    await runInitdb(binaries, account, newData, password);
    await rename(password, join(newData, 'gateway.password'));
    await rename(newData, this.data);
    return 'created';
  }

  private async removeUnfinished(): Promise<void> {
    for (const name of await readdir(this.path)) {
      if (name.includes(UNFINISHED)) await rm(join(this.path, name), { recursive: true, force: true, maxRetries: 5 });
    }
  }

  async password(): Promise<string> {
    const file = join(this.data, 'gateway.password');
    const password = await readIfThere(file);
    if (password === undefined) throw new EmbeddedPostgresStartError(`${file} is missing: it holds the password.`, '');
    return password.trim();
  }
}

/**
 * This process can enter its own folders without any capability, so a folder changes its owner last, after everything
 * in it.
 */
async function changeOwner(path: string, owner: { readonly uid: number; readonly gid: number }): Promise<void> {
  const stats = await lstat(path);
  if (stats.isDirectory()) {
    await lchown(path, process.getuid!(), stats.gid);
    for (const name of await readdir(path)) await changeOwner(join(path, name), owner);
  }
  await lchown(path, owner.uid, owner.gid);
}

async function runInitdb(
  binaries: PostgresBinaries,
  account: PostgresAccount,
  data: string,
  passwordFile: string,
): Promise<void> {
  const [command = binaries.initdb, ...rest] = [
    ...account.prefix,
    binaries.initdb,
    `--pgdata=${data}`,
    '--username=postgres',
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    // Not the machine's locale: the same order and case rules wherever the folder is taken.
    '--encoding=UTF8',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--locale=C',
  ];
  const child = spawn(command, rest, {
    ...account.spawn,
    cwd: '/',
    env: SERVER_ENVIRONMENT,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: INITDB_TIMEOUT_MS,
    killSignal: 'SIGKILL',
  });
  const tail = new OutputTail();
  tail.follow(child.stdout);
  tail.follow(child.stderr);
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  if (code !== 0) {
    throw new EmbeddedPostgresStartError(
      `initdb ended with ${signal ?? `code ${code}`} in ${data}, run as ${account.description}.`,
      tail.toString(),
    );
  }
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
