import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { eventually } from '../support/eventually';
import { asReader } from '../support/test-config';

interface LogLine {
  readonly port?: number;
  readonly level?: string;
  readonly requestId?: string;
  readonly message?: string;
  readonly error?: { readonly message: string };
}

class FailingApplication {
  readonly lines: LogLine[] = [];
  said = '';
  private constructor(
    readonly child: ChildProcess,
    private port: number,
  ) {}

  static async start(kind: string): Promise<FailingApplication> {
    const run = join(__dirname, '../support/run-typescript.mjs');
    const child = spawn(process.execPath, [run, join(__dirname, 'failing-application.ts'), kind], {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: { ...process.env, NODE_OPTIONS: '' },
    });
    const app = new FailingApplication(child, 0);
    child.stderr!.on('data', (chunk: Buffer) => (app.said += chunk.toString()));
    const { promise: started, resolve, reject } = Promise.withResolvers<void>();
    child.once('exit', () => reject(new Error(app.said)));
    createInterface({ input: child.stdout! }).on('line', (text) => {
      const line = JSON.parse(text) as LogLine;
      app.lines.push(line);
      if (line.port !== undefined) {
        app.port = line.port;
        resolve();
      }
    });
    await started;
    return app;
  }

  fetch(path: string, init: RequestInit = {}): Promise<Response> {
    return fetch(`http://127.0.0.1:${this.port}${path}`, { ...init, signal: AbortSignal.timeout(10_000) });
  }

  async unhandled(origin: string): Promise<number> {
    const text = await (await this.fetch('/metrics', { headers: asReader })).text();
    return Number(
      new RegExp(`^http_server_unhandled_errors_total\\{origin="${origin}"\\} (\\d+)$`, 'm').exec(text)?.[1],
    );
  }

  loggedFor(id: string): LogLine[] {
    return this.lines.filter(({ requestId, level }) => requestId === id && level === 'error');
  }
}

type Outcome = 500 | 200 | 'cut';
type Origin = 'filter' | 'listener' | 'exception' | 'rejection';

/** The layer; what the client sees; where it is caught in the service; and in a host, with Nest's own filter. */
const LAYERS: readonly (readonly [path: string, outcome: Outcome, inService: Origin, inHost: Origin | 'by Nest'])[] = [
  ['raw-middleware', 500, 'filter', 'by Nest'],
  ['middleware', 500, 'filter', 'by Nest'],
  ['guard', 500, 'filter', 'by Nest'],
  ['pipe/1', 500, 'filter', 'by Nest'],
  ['controller', 500, 'filter', 'by Nest'],
  ['rejection', 500, 'filter', 'by Nest'],
  ['interceptor', 500, 'filter', 'by Nest'],
  ['serializer', 500, 'filter', 'by Nest'],
  ['filter', 500, 'filter', 'by Nest'],
  ['filter-rejection', 500, 'rejection', 'rejection'],
  ['timer', 500, 'exception', 'exception'],
  ['forgotten-promise', 500, 'rejection', 'rejection'],
  ['piped-stream', 500, 'exception', 'exception'],
  ['half-a-stream', 'cut', 'exception', 'exception'],
  ['after-the-answer', 200, 'exception', 'exception'],
  ['promise-after-the-answer', 200, 'rejection', 'rejection'],
  ['finish-listener', 200, 'listener', 'listener'],
  ['close-listener', 200, 'listener', 'listener'],
  ['socket-listener', 200, 'listener', 'listener'],
  ['data-listener', 500, 'listener', 'listener'],
  ['work-in-a-listener', 200, 'exception', 'exception'],
];

describe.each(['service', 'express', 'fastify'] as const)('an error that no code handles (%s)', (kind) => {
  let app: FailingApplication;
  beforeAll(async () => {
    app = await FailingApplication.start(kind);
  }, 60_000);
  afterAll(async () => {
    app.child.kill('SIGKILL');
    if (app.child.exitCode === null && app.child.signalCode === null) await once(app.child, 'exit');
  });

  it.each(LAYERS)('in %s is answered (%s), logged, counted and survived', async (path, outcome, inService, inHost) => {
    const origin = kind === 'service' ? inService : inHost;
    const id = `id-of-${path.replace('/', '-')}`;
    const before = origin === 'by Nest' ? 0 : await app.unhandled(origin);
    const posted = path === 'data-listener' ? { method: 'POST', body: 'x' } : {};
    const headers = { 'x-request-id': id, connection: 'close' };
    const answer = app.fetch(`/fail/${path}`, { headers, ...posted });
    if (outcome === 'cut') await expect(answer.then((response) => response.text())).rejects.toThrow(/terminated|fetch/);
    else {
      const response = await answer;
      const text = await response.text();
      expect([response.status, text]).toEqual([outcome, expect.not.stringContaining('10.0.0.1')]);
      if (outcome === 500 && origin !== 'by Nest') {
        expect(response.headers.get('content-type')).toBe('application/problem+json');
        expect(JSON.parse(text)).toMatchObject({ code: 'INTERNAL', instance: `/fail/${path}`, requestId: id });
      }
    }
    if (origin !== 'by Nest') {
      await eventually('counted', async () => (await app.unhandled(origin)) > before);
      await eventually('logged', () => app.loggedFor(id).length > 0);
      expect([await app.unhandled(origin), app.loggedFor(id)]).toEqual([before + 1, [expect.anything()]]);
    }
    expect(app.child.exitCode).toBeNull();
  });

  it('in a stream that is the answer is answered by Nest', async () => {
    const response = await app.fetch('/fail/stream');
    expect(response.status).toBe(kind === 'fastify' ? 500 : 400); // as Nest's StreamableFile has it, and as Fastify has
    expect(app.child.exitCode).toBeNull();
  });

  it('that belongs to no request ends the process as ever', async () => {
    app.child.send('fail');
    const [code] = (await once(app.child, 'exit')) as [number];
    expect(code).toBe(1);
    expect(app.said).toContain('the process itself failed');
  });
});
