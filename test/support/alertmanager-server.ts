import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from './eventually';
import { freePort } from './free-port';

/** A real Alertmanager of a test's own. */
export class AlertmanagerServer {
  private constructor(
    readonly url: string,
    private readonly folder: string,
    private readonly process: ChildProcess,
  ) {}

  /** Starts `prometheus-alertmanager` from PATH. */
  static async start(config: string): Promise<AlertmanagerServer> {
    const folder = await mkdtemp(join(tmpdir(), 'alertmanager-'));
    await writeFile(join(folder, 'alertmanager.yml'), config);
    const port = await freePort();
    const process = spawn(
      'prometheus-alertmanager',
      [
        `--config.file=${join(folder, 'alertmanager.yml')}`,
        `--storage.path=${join(folder, 'data')}`,
        `--web.listen-address=127.0.0.1:${port}`,
        '--cluster.listen-address=',
        '--log.level=error',
      ],
      { stdio: 'ignore' },
    );
    const server = new AlertmanagerServer(`http://127.0.0.1:${port}`, folder, process);
    await eventually('Alertmanager is ready', async () => (await fetch(`${server.url}/-/ready`)).ok, {
      timeoutMs: 30_000,
    });
    return server;
  }

  async alerts(): Promise<{ labels: Record<string, string>; endsAt: string }[]> {
    return (await (await fetch(`${this.url}/api/v2/alerts`)).json()) as {
      labels: Record<string, string>;
      endsAt: string;
    }[];
  }

  async close(): Promise<void> {
    const exited = once(this.process, 'exit');
    this.process.kill('SIGKILL');
    await exited;
    await rm(this.folder, { recursive: true, force: true });
  }
}
