import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from './eventually';
import { freePort } from './free-port';

/** A real HTTP proxy, which forwards requests, makes tunnels and can ask for a password. */
export class Tinyproxy {
  private constructor(
    private readonly process: ChildProcess,
    private readonly folder: string,
    readonly port: number,
  ) {}

  /** Starts `tinyproxy` from PATH; `lines` as in tinyproxy.conf, e.g. `BasicAuth user password`. */
  static async start(...lines: string[]): Promise<Tinyproxy> {
    const port = await freePort();
    const folder = await mkdtemp(join(tmpdir(), 'tinyproxy-'));
    const file = join(folder, 'tinyproxy.conf');
    const log = join(folder, 'log');
    const all = [
      `Port ${port}`,
      'Listen 127.0.0.1',
      'Timeout 60',
      'MaxClients 100',
      `LogFile "${log}"`,
      'LogLevel Connect',
    ];
    await writeFile(file, `${[...all, ...lines].join('\n')}\n`);
    const proxy = new Tinyproxy(spawn('tinyproxy', ['-d', '-c', file], { stdio: 'ignore' }), folder, port);
    await eventually('tinyproxy listens', () => proxy.isListening());
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** The first lines of the requests it was sent. */
  async requests(): Promise<string[]> {
    const log = await readFile(join(this.folder, 'log'), 'utf8');
    return Array.from(log.matchAll(/Request \(file descriptor \d+\): (.*)/g), ([, line]) => line!);
  }

  async close(): Promise<void> {
    const exited = once(this.process, 'exit');
    this.process.kill('SIGKILL');
    await exited;
    await rm(this.folder, { recursive: true, force: true });
  }

  private async isListening(): Promise<boolean> {
    const socket = connect({ host: '127.0.0.1', port: this.port });
    return new Promise((resolve) => {
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    }).finally(() => socket.destroy()) as Promise<boolean>;
  }
}
