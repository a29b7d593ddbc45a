import { setTimeout as sleep } from 'node:timers/promises';
import { DataFolder } from './data-folder';
import { DataFolderLock } from './data-folder-lock';
import { EmbeddedPostgresStartError } from './embedded-postgres.errors';
import { findFreePort } from './free-port';
import { choosePostgresAccount, type PostgresAccount } from './postgres-account';
import { locatePostgresBinaries, type PostgresBinaries } from './postgres-binaries';
import { Postmaster } from './postmaster';
import { stopOrphan } from './running-postmaster';

const LAUNCH_ATTEMPTS = 5;
const RELAUNCH_PAUSE_MS = 200;
const MAX_RESTART_PAUSE_MS = 5_000;

/** Failures that a later attempt does not meet: the port was taken meanwhile, or an orphan is still starting or ending. */
const TRANSIENT_FAILURES = [
  ['could not bind'],
  ['Address already in use'],
  ['shared memory block', 'is still in use'],
  ['lock file', 'already exists'],
];

/** Where messages go; Nest's `Logger` is one. */
export interface EmbeddedPostgresLog {
  log(message: string): void;
  warn(message: string): void;
  debug?(message: string): void;
}

export interface EmbeddedPostgresOptions {
  /** The cluster lives in `<dataDir>/postgres`. */
  readonly dataDir: string;
  readonly log: EmbeddedPostgresLog;
  /** Default: a free one, another at each start. */
  readonly port?: number;
  /** Default 100. */
  readonly maxConnections?: number;
  /** Further settings as in postgresql.conf. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Default 60,000: recovery after a crash takes its time. */
  readonly startTimeoutMs?: number;
  /** How long a fast shutdown may take before an immediate one; default 5,000. */
  readonly stopTimeoutMs?: number;
  /** Whether a server that ends by itself is started again on the same port; default true. */
  readonly restartOnCrash?: boolean;
}

export interface EmbeddedPostgresStats {
  readonly running: boolean;
  /** How often it ended unexpectedly and was started again. */
  readonly restarts: number;
  /** How long its start took, initdb included; 0 before the first start. */
  readonly startMs: number;
}

/**
 * A real PostgreSQL from the binaries in node_modules: its cluster is made at the first start, it listens on loopback
 * only, has a generated password and serves one process at a time. A server that a `kill -9` of this process has left
 * running is stopped by the next start.
 */
export class EmbeddedPostgres {
  private started: Promise<{ readonly url: string }> | undefined;
  private lock: DataFolderLock | undefined;
  private postmaster: Postmaster | undefined;
  private folder: DataFolder | undefined;
  private stopping = false;
  private restarts = 0;
  private startMs = 0;

  constructor(private readonly options: EmbeddedPostgresOptions) {}

  /** Process id of the running server. */
  get pid(): number | undefined {
    return this.postmaster?.pid;
  }

  stats(): EmbeddedPostgresStats {
    return { running: this.postmaster?.isRunning ?? false, restarts: this.restarts, startMs: this.startMs };
  }

  /**
   * Starts the server once, and resolves with its URL; later calls get the same answer.
   * @throws EmbeddedPostgresUnavailableError, EmbeddedPostgresInUseError, EmbeddedPostgresStartError
   */
  start(): Promise<{ readonly url: string }> {
    this.started ??= this.open().catch((error: unknown) => {
      this.started = undefined;
      this.lock?.release();
      throw error;
    });
    return this.started;
  }

  /** Stops the server: fast shutdown, immediate when that takes too long. May be called twice, and while it starts. */
  async stop(): Promise<void> {
    this.stopping = true;
    try {
      await this.started?.catch(() => undefined);
      await this.postmaster?.stop(this.options.stopTimeoutMs ?? 5_000);
    } finally {
      this.lock?.release();
      this.started = this.postmaster = undefined;
    }
  }

  private async open(): Promise<{ readonly url: string }> {
    this.stopping = false;
    const beganMs = performance.now();
    const { dataDir, log } = this.options;
    const binaries = locatePostgresBinaries();
    const folder = (this.folder = await DataFolder.open(dataDir));
    this.lock = DataFolderLock.acquire(folder.path);
    const account = await choosePostgresAccount(binaries, folder.path, (candidate) => folder.changeOwnerTo(candidate));

    const created = (await folder.initialise(binaries, account)) === 'created';
    const { postmaster, port } = await this.launch(binaries, account);
    log.log(
      `Embedded PostgreSQL ${created ? 'made and started' : 'started'} in ${folder.data}, port ${port}, as ${account.description}`,
    );
    this.startMs = performance.now() - beganMs;
    this.watch(postmaster, binaries, account, port);
    return { url: `postgres://postgres:${await folder.password()}@127.0.0.1:${port}/postgres` };
  }

  private async launch(
    binaries: PostgresBinaries,
    account: PostgresAccount,
    fixedPort = this.options.port,
  ): Promise<{ postmaster: Postmaster; port: number }> {
    const { maxConnections = 100, settings, startTimeoutMs = 60_000, stopTimeoutMs = 5_000, log } = this.options;
    const { data } = this.folder!;
    for (let attempt = 1; ; attempt++) {
      const orphan = await stopOrphan(data, stopTimeoutMs);
      if (orphan !== undefined) log.warn(`Stopped PostgreSQL ${orphan}, which a killed process had left in ${data}`);
      const port = fixedPort ?? (await findFreePort());
      try {
        const postmaster = await Postmaster.launch({
          postgres: binaries.postgres,
          account,
          data,
          port,
          settings: { max_connections: String(maxConnections), ...settings },
          startTimeoutMs,
          onLine: (line) => log.debug?.(line),
        });
        this.postmaster = postmaster;
        return { postmaster, port };
      } catch (error) {
        const transient = error instanceof EmbeddedPostgresStartError && isTransient(error.output);
        if (!transient || attempt === LAUNCH_ATTEMPTS || this.stopping) throw error;
        await sleep(RELAUNCH_PAUSE_MS);
      }
    }
  }

  /** A server that ends unexpectedly (killed for memory, for example) is started again on the same port. */
  private watch(postmaster: Postmaster, binaries: PostgresBinaries, account: PostgresAccount, port: number): void {
    void postmaster.exited.then(async ({ reason, output }) => {
      if (this.stopping) return;
      this.options.log.warn(`Embedded PostgreSQL ended by itself (${reason}). It said:\n${output}`);
      if (this.options.restartOnCrash === false) return;
      for (let pauseMs = 50; !this.stopping; pauseMs = Math.min(pauseMs * 2, MAX_RESTART_PAUSE_MS)) {
        try {
          const restarted = await this.launch(binaries, account, port);
          // `stop` may have been called meanwhile, and have stopped the old server only.
          if (this.stopping) return await restarted.postmaster.stop(this.options.stopTimeoutMs ?? 5_000);
          this.restarts++;
          this.options.log.warn(`Embedded PostgreSQL is back on port ${port}`);
          return this.watch(restarted.postmaster, binaries, account, port);
        } catch (error) {
          this.options.log.warn(`Embedded PostgreSQL did not come back: ${(error as Error).message}`);
          await sleep(pauseMs, undefined, { ref: false });
        }
      }
    });
  }
}

/** Whether a line of the server's output has all the words of one of those failures. */
function isTransient(output: string): boolean {
  return output
    .split('\n')
    .some((line) => TRANSIENT_FAILURES.some((words) => words.every((word) => line.includes(word))));
}
