import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port';

/** A real Redis of a test's own, that it may stop, kill, freeze and start again on the same port. */
export class RedisServer {
  private process: ChildProcess | undefined;
  private failure: Error | undefined;

  private constructor(
    readonly port: number,
    private readonly folder: string,
    private readonly extraArguments: readonly string[],
    private readonly command = process.env.TEST_REDIS_COMMAND ?? 'redis-server',
  ) {}

  /** Starts `redis-server` (or `valkey-server`) from PATH, e.g. with `--maxmemory 2mb` or `--requirepass secret`. */
  static async start(...extraArguments: string[]): Promise<RedisServer> {
    const server = new RedisServer(await freePort(), await mkdtemp(join(tmpdir(), 'redis-')), extraArguments);
    await server.restart();
    return server;
  }

  /** Starts another server than that of this machine: one that `npm run setup:test` has installed under this name. */
  static async of(command: string, ...extraArguments: string[]): Promise<RedisServer> {
    const folder = await mkdtemp(join(tmpdir(), 'redis-'));
    const server = new RedisServer(await freePort(), folder, extraArguments, command);
    await server.restart();
    return server;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  get pid(): number {
    if (this.process?.pid === undefined) throw new Error('this Redis is not running');
    return this.process.pid;
  }

  /** Starts it again after `stop` or `kill`; what it held is gone. */
  async restart(): Promise<void> {
    this.process = spawn(
      this.command,
      [
        '--port',
        String(this.port),
        '--bind',
        '127.0.0.1',
        '--save',
        '',
        '--appendonly',
        'no',
        '--dir',
        this.folder,
        ...this.extraArguments,
      ],
      { stdio: 'ignore' },
    );
    // Without this listener a command that is not there would end the test run without a word.
    this.process.once('error', (error) => (this.failure = error));
    await this.waitUntilReady();
  }

  /** SIGTERM, or `SIGKILL` for a crash; resolves when the process is gone. */
  async stop(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    const running = this.process;
    if (!running || running.exitCode !== null || running.signalCode !== null) return;
    const exited = once(running, 'exit');
    running.kill('SIGCONT');
    running.kill(signal);
    await exited;
  }

  /** Connections stay open and nothing answers until `thaw`. */
  freeze(): void {
    process.kill(this.pid, 'SIGSTOP');
  }
  thaw(): void {
    process.kill(this.pid, 'SIGCONT');
  }

  async close(): Promise<void> {
    await this.stop('SIGKILL');
    await rm(this.folder, { recursive: true, force: true });
  }

  private async waitUntilReady(): Promise<void> {
    const deadline = Date.now() + 10_000;
    while (Date.now() < deadline) {
      if (await this.answers()) return;
      if (this.failure !== undefined) {
        throw new Error(`${this.command} does not start; run npm run setup:test`, { cause: this.failure });
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    throw new Error(`Redis did not answer on port ${this.port} within 10 s`);
  }

  private answers(): Promise<boolean> {
    return new Promise((resolve) => {
      const socket = connect(this.port, '127.0.0.1', () => socket.write('PING\r\n'));
      socket.once('data', () => {
        socket.destroy();
        resolve(true);
      });
      socket.once('error', () => resolve(false));
    });
  }
}
