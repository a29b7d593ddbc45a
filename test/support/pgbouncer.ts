import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from './eventually';
import { freePort } from './free-port';

/** A real PgBouncer before a server, in transaction mode unless the settings say otherwise. */
export class PgBouncer {
  private constructor(
    private readonly process: ChildProcess,
    private readonly folder: string,
    /** Of the server, by way of this PgBouncer. */
    readonly url: string,
  ) {}

  /** Starts `pgbouncer` from PATH; `settings` as in pgbouncer.ini, e.g. `{ default_pool_size: '2' }`. */
  static async start(serverUrl: string, settings: Readonly<Record<string, string>> = {}): Promise<PgBouncer> {
    const server = new URL(serverUrl);
    const port = await freePort();
    const folder = await mkdtemp(join(tmpdir(), 'pgbouncer-'));
    const file = join(folder, 'pgbouncer.ini');
    const all = {
      listen_addr: '127.0.0.1',
      listen_port: String(port),
      unix_socket_dir: '',
      auth_type: 'any',
      pool_mode: 'transaction',
      ...settings,
    };
    const { hostname, username, password } = server;
    const target = `host=${hostname} port=${server.port} user=${username} password=${decodeURIComponent(password)}`;
    const lines = Object.entries(all).map(([name, value]) => `${name} = ${value}`);
    await writeFile(file, `[databases]\n* = ${target}\n[pgbouncer]\n${lines.join('\n')}\n`, { mode: 0o600 });
    const asRoot = process.getuid?.() === 0; // it reads its file and then becomes somebody else
    const running = spawn('pgbouncer', ['-q', ...(asRoot ? ['-u', 'nobody'] : []), file], { stdio: 'ignore' });
    const url = new URL(serverUrl);
    url.port = String(port);
    const bouncer = new PgBouncer(running, folder, url.href);
    await eventually('PgBouncer listens', () => bouncer.isListening(port));
    return bouncer;
  }

  async close(): Promise<void> {
    const exited = once(this.process, 'exit');
    this.process.kill('SIGKILL');
    await exited;
    await rm(this.folder, { recursive: true, force: true });
  }

  private async isListening(port: number): Promise<boolean> {
    const socket = connect({ host: '127.0.0.1', port });
    return new Promise((resolve) => {
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    }).finally(() => socket.destroy()) as Promise<boolean>;
  }
}
