import { type ChildProcess, type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { freePort } from './free-port';

/** A real Redis of a test's own, that it may stop, kill, freeze and start again on the same port. */
export class RedisServer {
  private process: ChildProcess | undefined;

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
    const nothingStored = ['--save', '', '--appendonly', 'no', '--dir', this.folder];
    const child = spawn(
      this.command,
      ['--port', String(this.port), '--bind', '127.0.0.1', ...nothingStored, ...this.extraArguments],
      { stdio: ['ignore', 'pipe', 'ignore'] },
    );
    this.process = child;
    await this.ready(child);
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

  /** This very process says that it listens: what answers on the port might be another one. */
  private async ready(child: ChildProcessByStdio<null, Readable, null>): Promise<void> {
    const said: string[] = [];
    await new Promise<void>((resolve, reject) => {
      createInterface({ input: child.stdout }).on('line', (line) => {
        said.push(line);
        if (line.includes('Ready to accept connections')) resolve();
      });
      child.once('close', (code) => reject(new Error(`${this.command} ended with ${code}:\n${said.join('\n')}`)));
      // Without this listener a command that is not there would end the test run without a word.
      child.once('error', (cause) => {
        reject(new Error(`${this.command} does not start; run npm run setup:test`, { cause }));
      });
    });
  }
}
