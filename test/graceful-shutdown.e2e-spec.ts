import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from './support/eventually';
import { freePort } from './support/free-port';
import { ADMIN_TOKEN, asAdmin } from './support/test-config';

/** The service as a user starts it: `npm start` on the embedded database. */
class RunningService {
  readonly output: string[] = [];
  private constructor(
    readonly npm: ChildProcess,
    readonly port: number,
    readonly dataDir: string,
  ) {
    for (const stream of [npm.stdout, npm.stderr])
      stream?.on('data', (chunk: Buffer) => this.output.push(chunk.toString()));
  }

  static async start(): Promise<RunningService> {
    const port = await freePort();
    const dataDir = await mkdtemp(join(tmpdir(), 'shutdown-'));
    const env = {
      ...process.env,
      NODE_ENV: 'development',
      PORT: String(port),
      DATA_DIR: dataDir,
      API_TOKENS: `admin:${ADMIN_TOKEN}`,
    };
    const npm = spawn('npm', ['start', '--silent'], {
      cwd: resolve(__dirname, '..'),
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const service = new RunningService(npm, port, dataDir);
    await eventually('ready', async () => (await fetch(`${service.url}/readyz`)).ok, { timeoutMs: 60_000 });
    return service;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async exited(): Promise<number | null> {
    if (this.npm.exitCode === null && this.npm.signalCode === null) await once(this.npm, 'exit');
    return this.npm.exitCode;
  }

  async close(): Promise<void> {
    this.npm.kill('SIGKILL');
    await rm(this.dataDir, { recursive: true, force: true });
  }
}

/** The processes that have `text` in their command line. */
async function processesWith(text: string): Promise<string[]> {
  const { stdout } = spawn('ps', ['-eo', 'pid,args']);
  let table = '';
  for await (const chunk of stdout) table += String(chunk);
  return table.split('\n').filter((line) => line.includes(text) && !line.includes('ps -eo'));
}

describe('SIGTERM to npm alone', () => {
  let service: RunningService;
  beforeEach(async () => {
    service = await RunningService.start();
  }, 70_000);
  afterEach(() => service.close());

  it('turns readiness to 503, finishes the request in flight and leaves no process behind', async () => {
    const answered = new Promise<number>((done, failed) => {
      const request = httpRequest(
        `${service.url}/performance/metrics`,
        { method: 'POST', headers: { ...asAdmin, 'content-type': 'application/json', expect: '100-continue' } },
        (response) => response.resume().once('end', () => done(response.statusCode ?? 0)),
      );
      request.once('error', failed);
      request.once('continue', () => {
        request.write('{"kind":"counter","name":"orders_total",');
        service.npm.kill('SIGTERM');
        void eventually('not ready', async () => (await fetch(`${service.url}/readyz`)).status === 503).then(
          () => request.end('"help":"Orders"}'),
          failed,
        );
      });
    });

    expect(await answered).toBe(201);
    await service.exited();
    await eventually('no process left', async () => (await processesWith(service.dataDir)).length === 0);
    await expect(fetch(`${service.url}/livez`)).rejects.toThrow();
  }, 60_000);

  it('ends at once on a second signal, and the embedded database with it', async () => {
    const request = httpRequest(`${service.url}/performance/metrics`, {
      method: 'POST',
      headers: { ...asAdmin, 'content-type': 'application/json', expect: '100-continue' },
    });
    request.on('error', () => undefined);
    await once(request, 'continue');
    service.npm.kill('SIGTERM');
    service.npm.kill('SIGTERM'); // at the same moment: still the first one
    await eventually('draining', () => service.output.join('').includes('in flight'));
    await sleep(1_000);
    expect(service.output.join('')).not.toContain('at once');
    service.npm.kill('SIGTERM');
    await service.exited();
    expect(service.output.join('')).toContain('at once');
    await eventually('no process left', async () => (await processesWith(service.dataDir)).length === 0);
    expect(await readFile(join(service.dataDir, 'token'), 'utf8').catch(() => 'none')).toBe('none');
  }, 60_000);
});

describe('SIGTERM just after the port has opened, while the database is away', () => {
  it('ends in order: 0, and nothing that looks like a fault', async () => {
    const port = await freePort();
    const dataDir = await mkdtemp(join(tmpdir(), 'shutdown-'));
    const child = spawn(process.execPath, [resolve(__dirname, '../dist/main.js')], {
      cwd: dataDir,
      env: {
        PATH: process.env.PATH,
        PORT: String(port),
        HOST: '127.0.0.1',
        DATA_DIR: dataDir,
        POSTGRES_URL: 'postgres://nobody:nothing@127.0.0.1:1/none',
        API_TOKENS: `admin:${ADMIN_TOKEN}`,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += String(chunk)));
    const exited = once(child, 'exit');
    await eventually('it answers', async () => (await fetch(`http://127.0.0.1:${port}/livez`)).ok, {
      timeoutMs: 30_000,
      everyMs: 5,
    });
    child.kill('SIGTERM');
    expect(await exited).toEqual([0, null]);
    expect(output).not.toMatch(/TypeError/);
    await rm(dataDir, { recursive: true, force: true });
  });
});
