import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ADMIN_TOKEN, READ_TOKEN } from './test-config';

const main = join(__dirname, '..', '..', 'dist', 'main.js');
const READY = /Dashboard: (http:\/\/\S+)\/performance\/dashboard/;

/** The built service in a process of its own, which a test may kill. */
export class ServiceProcess {
  private constructor(
    private readonly child: ChildProcess,
    private readonly exited: Promise<unknown>,
    readonly url: string,
  ) {}

  /** Resolves when it listens; rejects with what it said when it ends before. */
  static async start(
    env: Readonly<Record<string, string>>,
    dataDir: string,
    /** Shell commands in front of it, such as one that limits its memory. */
    before = 'true',
  ): Promise<ServiceProcess> {
    const child = spawn('sh', ['-c', `${before}; exec '${process.execPath}' '${main}'`], {
      // Nothing of the test's own environment, which may configure a service.
      env: {
        PATH: process.env.PATH,
        PORT: '0',
        HOST: '127.0.0.1',
        DATA_DIR: dataDir,
        API_TOKENS: `read:${READ_TOKEN},admin:${ADMIN_TOKEN}`,
        ...env,
      },
      cwd: dataDir, // where no .env lies
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const exited = once(child, 'exit');
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const url = await new Promise<string>((resolve, reject) => {
      createInterface({ input: child.stdout }).on('line', (line) => {
        said += `${line}\n`;
        const ready = READY.exec(line);
        if (ready) resolve(ready[1]!);
      });
      child.once('close', (code) => reject(new Error(`the service ended with ${code}:\n${said}`)));
    });
    return new ServiceProcess(child, exited, url);
  }

  async request(
    method: string,
    path: string,
    body?: object,
  ): Promise<{ status: number; body: Record<string, unknown> }> {
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(60_000),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  }

  /** How it ended; `undefined` while it runs. */
  get ended(): string | undefined {
    const { exitCode, signalCode } = this.child;
    return exitCode === null && signalCode === null ? undefined : `${exitCode ?? signalCode}`;
  }

  get pid(): number {
    return this.child.pid!;
  }

  async kill(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    this.child.kill(signal);
    await this.exited;
  }
}

/** A folder for `DATA_DIR`, removed at the end. */
export async function dataFolder(): Promise<{ readonly path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'service-'));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}
