import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { DataFolder } from '../../src/pools/postgres/embedded/data-folder';
import { EmbeddedPostgres } from '../../src/pools/postgres/embedded/embedded-postgres';
import { choosePostgresAccount } from '../../src/pools/postgres/embedded/postgres-account';
import { locatePostgresBinaries } from '../../src/pools/postgres/embedded/postgres-binaries';
import { eventually } from './eventually';
import { freePort } from './free-port';

/** A real PostgreSQL of a test's own, that it may stop, kill, freeze and start again on the same port. */
export class PostgresServer {
  private current: EmbeddedPostgres | undefined;
  private address: string | undefined;

  private constructor(
    readonly port: number,
    private readonly folder: string,
    private readonly settings: Readonly<Record<string, string>>,
  ) {}

  /** Starts one; `settings` as in postgresql.conf, e.g. `{ max_connections: '10' }`; in a folder of its own within `parent`. */
  static async start(settings: Readonly<Record<string, string>> = {}, parent = tmpdir()): Promise<PostgresServer> {
    const folder = await mkdtemp(join(parent, 'postgres-'));
    await promisify(execFile)('cp', ['-a', await newCluster(), join(folder, 'postgres')]);
    const server = new PostgresServer(await freePort(), folder, { fsync: 'off', ...settings });
    await server.restart();
    return server;
  }

  get url(): string {
    if (this.address === undefined) throw new Error('this PostgreSQL never started');
    return this.address;
  }

  get pid(): number {
    if (this.current?.pid === undefined) throw new Error('this PostgreSQL is not running');
    return this.current.pid;
  }

  /** Whether a server answers. */
  isRunning(): Promise<boolean> {
    return this.query('SELECT 1').then(
      () => true,
      () => false,
    );
  }

  /** Starts it again after `stop` or `kill`, on the same port with the same data and password. */
  async restart(): Promise<void> {
    await this.current?.stop();
    this.current = new EmbeddedPostgres({
      dataDir: this.folder,
      port: this.port,
      settings: this.settings,
      restartOnCrash: false,
      log: { log: () => undefined, warn: () => undefined },
    });
    this.address = (await this.current.start()).url;
  }

  /** `fast` disconnects everybody and ends in order; `immediate` is a crash of the database. */
  async stop(mode: 'fast' | 'immediate' = 'fast'): Promise<void> {
    if (this.current?.pid !== undefined) this.signal(mode === 'fast' ? 'SIGINT' : 'SIGQUIT');
    await this.current?.stop();
  }

  /** No process of it answers until `thaw`; connections stay open. */
  async freeze(): Promise<void> {
    this.frozen = [this.pid, ...(await this.backends())];
    for (const pid of this.frozen) process.kill(pid, 'SIGSTOP');
  }
  thaw(): void {
    for (const pid of this.frozen.splice(0)) process.kill(pid, 'SIGCONT');
  }
  private frozen: number[] = [];

  /**
   * Ends every client's backend (`pg_terminate_backend`), or those whose application_name is given; answers how many.
   */
  async killBackends(applicationName?: string): Promise<number> {
    const sql = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'client backend'
      AND pid <> pg_backend_pid() AND ($1::text IS NULL OR application_name = $1)`;
    return (await this.query(sql, [applicationName ?? null])).length;
  }

  /** One statement over a connection of its own, as superuser: to look at the server from outside. */
  async query<Row extends object = Record<string, unknown>>(text: string, values: unknown[] = []): Promise<Row[]> {
    const client = new Client({ connectionString: this.url, application_name: 'test-observer' });
    client.on('error', () => undefined); // the test kills servers: what matters is what `query` answers
    await client.connect();
    try {
      return (await client.query<Row>(text, values)).rows;
    } finally {
      await client.end();
    }
  }

  async close(): Promise<void> {
    this.thaw();
    await this.stop('immediate');
    await eventually('the folder is gone', async () => {
      await rm(this.folder, { recursive: true, force: true });
      return true;
    });
  }

  private async backends(): Promise<number[]> {
    const rows = await this.query<{ pid: number }>(
      `SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()`,
    );
    return rows.map(({ pid }) => pid);
  }

  private signal(signal: NodeJS.Signals): void {
    process.kill(this.pid, signal);
  }
}

/** The folder of a cluster without data, made once for all tests of a run: to copy it takes a tenth of the time of initdb. */
async function newCluster(): Promise<string> {
  const cluster = join(process.env.TEST_FOLDER!, 'new-postgres');
  if (existsSync(cluster)) return cluster;
  const folder = await DataFolder.open(await mkdtemp(join(process.env.TEST_FOLDER!, 'initdb-')));
  const binaries = locatePostgresBinaries();
  await folder.initialise(
    binaries,
    await choosePostgresAccount(binaries, folder.path, (candidate) => folder.changeOwnerTo(candidate)),
  );
  // Another worker may have been quicker.
  await rename(folder.path, cluster).catch((error: unknown) => {
    if (!existsSync(cluster)) throw error;
  });
  return cluster;
}
