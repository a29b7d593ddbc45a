import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '../support/eventually';
import { freePort } from '../support/free-port';
import { PostgresServer } from '../support/postgres-server';
import { dataFolder } from '../support/service-process';
import { ADMIN_TOKEN } from '../support/test-config';

/** Requests to the overview, as one process has counted them. */
const OVERVIEWS = /^http_server_request_duration_seconds_count\{[^}]*http_route="\/performance"[^}]*\} (\d+)$/m;
const WORKERS = [0, 1, 2, 3];

async function ask(at: number, path: string) {
  const response = await fetch(`http://127.0.0.1:${at}${path}`, {
    headers: { authorization: `Bearer ${ADMIN_TOKEN}`, connection: 'close' },
  });
  return { instance: response.headers.get('x-instance'), text: await response.text() };
}

describe('four processes on one port', () => {
  let postgres: PostgresServer;
  let folder: Awaited<ReturnType<typeof dataFolder>>;
  let primary: ChildProcess;
  let port: number;
  let workerPort: number;

  /** How often the overview was asked for, as all four have counted. */
  const asked = async () => {
    const texts = await Promise.all(WORKERS.map(async (n) => (await ask(workerPort + n, '/metrics')).text));
    return texts.map((text) => Number(OVERVIEWS.exec(text)?.[1] ?? 0)).reduce((sum, count) => sum + count, 0);
  };
  const names = () => Promise.all(WORKERS.map(async (n) => (await ask(workerPort + n, '/livez')).instance));
  const workers = () => readFileSync(`/proc/${primary.pid}/task/${primary.pid}/children`, 'utf8').trim().split(' ');

  beforeAll(async () => {
    [postgres, folder, port, workerPort] = await Promise.all([
      PostgresServer.start(),
      dataFolder(),
      freePort(),
      freePort(),
    ]);
    primary = spawn(
      process.execPath,
      [join(__dirname, '../fixtures/cluster-primary.mjs'), join(__dirname, '../../dist/main.js')],
      {
        env: {
          PATH: process.env.PATH,
          PORT: String(port),
          WORKER_PORT: String(workerPort),
          HOST: '127.0.0.1',
          DATA_DIR: folder.path,
          API_TOKENS: `admin:${ADMIN_TOKEN}`,
          POSTGRES_URL: postgres.url,
          POSTGRES_MIN_SIZE: '1',
          RATE_LIMIT_ENABLED: 'false',
        },
        cwd: folder.path,
        stdio: 'ignore',
      },
    );
    await eventually('all answer', async () => (await names()).every(Boolean), { timeoutMs: 100_000, everyMs: 200 });
  }, 120_000);

  afterAll(async () => {
    const exited = once(primary, 'exit');
    primary.kill('SIGTERM');
    await exited;
    await postgres.close();
    await folder.remove();
  }, 30_000);

  it('each answers under a name of its own, on the shared port and on one of its own', async () => {
    const own = await names();
    expect(new Set(own).size).toBe(4);
    const shared = new Set<string | null>();
    await eventually('the shared port leads to all', async () => {
      shared.add((await ask(port, '/livez')).instance);
      return shared.size === 4;
    });
    expect([...shared].toSorted()).toEqual(own.toSorted());
    await eventually('all are listed, of whom one leads', async () => {
      const { instances } = JSON.parse((await ask(port, '/performance/instances')).text) as {
        instances: { id: string; state: string; leads: boolean }[];
      };
      const up = instances.filter(({ state }) => state === 'up');
      return up.length === 4 && up.filter(({ leads }) => leads).length === 1;
    });
  }, 30_000);

  it('each is a target of its own: what the shared port was asked is the sum of all four', async () => {
    const before = await asked();
    for (let i = 0; i < 40; i++) await ask(port, '/performance');
    expect(await asked()).toBe(before + 40);
  }, 30_000);

  it('a process that follows a killed one has its name and its port', async () => {
    const before = await names();
    const running = workers();
    expect(running).toHaveLength(4);
    process.kill(Number(running[1]), 'SIGKILL');
    await eventually(
      'all four answer again under the same names',
      async () => {
        return !workers().includes(running[1]!) && JSON.stringify(await names()) === JSON.stringify(before);
      },
      { timeoutMs: 20_000, everyMs: 200 },
    );
  }, 30_000);
});
