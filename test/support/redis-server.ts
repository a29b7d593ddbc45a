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

  private constructor(
    readonly port: number,
    private readonly folder: string,
    private readonly extraArguments: readonly string[],
  ) {}

  /** Starts `redis-server` (or `valkey-server`) from PATH, e.g. with `--maxmemory 2mb` or `--requirepass secret`. */
  static async start(...extraArguments: string[]): Promise<RedisServer> {
    const server = new RedisServer(await freePort(), await mkdtemp(join(tmpdir(), 'redis-')), extraArguments);
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
    const command = process.env.TEST_REDIS_COMMAND ?? 'redis-server';
    this.process = spawn(
      command,
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
