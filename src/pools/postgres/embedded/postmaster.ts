import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { EmbeddedPostgresStartError } from './embedded-postgres.errors';
import { OutputTail } from './output-tail';
import type { PostgresAccount } from './postgres-account';
import { readPostmasterPidFile, sendSignal, stopPostmaster } from './running-postmaster';
import { SERVER_ENVIRONMENT } from './server-environment';

const POLL_MS = 10;

export interface PostmasterSpec {
  readonly postgres: string;
  readonly account: PostgresAccount;
  readonly data: string;
  readonly port: number;
  readonly settings: Readonly<Record<string, string>>;
  readonly startTimeoutMs: number;
  readonly onLine: (line: string) => void;
}

/** One running server process that this process has started. */
export class Postmaster {
  /** Resolves when the server has ended, with the end of its output. */
  readonly exited: Promise<{ readonly reason: string; readonly output: string }>;
  isRunning = true;
  private readonly interruptOnExit = () => sendSignal(this.pid, 'SIGINT');

  private constructor(
    readonly pid: number,
    private readonly spec: PostmasterSpec,
    private readonly child: ChildProcess,
    tail: OutputTail,
  ) {
    // If this process ends without calling `stop`, the server ends as well. Only a SIGKILL leaves it running; the next
    // start stops it then.
    process.on('exit', this.interruptOnExit);
    this.exited = new Promise((resolve) => {
      child.once('close', (code, signal) => {
        process.off('exit', this.interruptOnExit);
        this.isRunning = false;
        resolve({ reason: signal ?? `code ${code}`, output: tail.toString() });
      });
    });
  }

  /** Starts the server and waits until it accepts connections. @throws EmbeddedPostgresStartError */
  static async launch(spec: PostmasterSpec): Promise<Postmaster> {
    const [command = spec.postgres, ...rest] = [...spec.account.prefix, spec.postgres, '-D', spec.data, ...flags(spec)];
    const child = spawn(command, rest, {
      ...spec.account.spawn,
      cwd: '/',
      env: SERVER_ENVIRONMENT,
      stdio: ['ignore', 'ignore', 'pipe'],
      detached: true, // a process group of its own: Ctrl-C in the terminal must reach only this process, which drains first
    });
    const tail = new OutputTail();
    tail.follow(child.stderr, spec.onLine);
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', (cause) => {
        reject(new EmbeddedPostgresStartError(`${command} cannot be run: ${cause.message}.`, '', { cause }));
      });
    });
    child.unref();
    stderrOf(child).unref();
    const postmaster = new Postmaster(child.pid!, spec, child, tail);
    await postmaster.waitUntilReady(tail);
    return postmaster;
  }

  /** @see stopPostmaster */
  async stop(fastTimeoutMs: number): Promise<void> {
    // While this waits, the process must stay alive, also when nothing else keeps it so.
    this.child.ref();
    stderrOf(this.child).ref();
    await stopPostmaster(this.pid, this.spec.data, fastTimeoutMs);
    await this.exited;
  }

  private async waitUntilReady(tail: OutputTail): Promise<void> {
    const { data, startTimeoutMs } = this.spec;
    const state: { ended?: string } = {};
    void this.exited.then(({ reason }) => (state.ended = reason));
    const deadline = performance.now() + startTimeoutMs;
    while (state.ended === undefined) {
      const file = await readPostmasterPidFile(data);
      if (file?.pid === this.pid && file.status === 'ready') return;
      if (performance.now() > deadline) {
        await this.stop(0);
        throw new EmbeddedPostgresStartError(
          `PostgreSQL was not ready within ${startTimeoutMs} ms in ${data}.`,
          tail.toString(),
        );
      }
      await sleep(POLL_MS);
    }
    throw new EmbeddedPostgresStartError(
      `PostgreSQL ended with ${state.ended} while starting in ${data}.`,
      tail.toString(),
    );
  }
}

/** The pipe is a socket, which the types do not say. */
const stderrOf = ({ stderr }: ChildProcess) => stderr as unknown as { ref(): void; unref(): void };

function flags({ port, settings }: PostmasterSpec): string[] {
  const all = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '', // a deep folder makes a path longer than a socket may have
    shared_preload_libraries: 'pg_stat_statements',
    ...settings,
  };
  return Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}
