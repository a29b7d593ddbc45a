import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { Agent, fetch } from 'undici';
import { Balancer } from '../../support/balancer';
import { eventually } from '../../support/eventually';
import { PostgresServer } from '../../support/postgres-server';
import { SmallDisk } from '../../support/small-disk';
import { dataFolder, ServiceProcess } from '../../support/service-process';
import { TcpProxy } from '../../support/tcp-proxy';
import { asAdmin } from '../../support/test-config';
import { type Database, DATABASE_FAULTS } from './database-kinds';
import { faultsPage, type SeenFault } from './faults-page';

const COPIES = 3;
const DISK_MEGABYTES = 400;
const PER_SECOND = 10;
const LASTS_MS = 6_000;
/** No answer takes longer, whatever the database does (ms), on a machine that does other things too. */
const LONGEST_MS = 15_000;
const BACK_MS = 45_000;
/** What a client may be told; everything else is a fault of ours. */
const SAID = new Set([200, 503]);
const PAGE = join(__dirname, '../../../docs/faults.md');

const QUERY = `/performance/prometheus/api/v1/query?query=${encodeURIComponent('process_uptime_seconds')}`;
/** What clients go on with: reads, data, a change of one copy and one of all. */
const REQUESTS: readonly (readonly [
  what: 'reads' | 'data' | 'changes',
  method: string,
  path: string,
  body?: (n: number) => object,
])[] = [
  ['reads', 'GET', '/performance/health'],
  ['reads', 'GET', '/performance/pools'],
  ['reads', 'GET', QUERY],
  ['data', 'POST', '/performance/metrics/fault_value/samples', (n) => ({ value: n, labels: {} })],
  ['reads', 'GET', '/metrics'],
  ['changes', 'PATCH', '/performance/pools/http', (n) => ({ max: 100 + (n % 100) })],
];

interface Told {
  readonly what: (typeof REQUESTS)[number][0];
  readonly status: number | string;
  readonly tookMs: number;
}

async function tell(clients: Agent, url: string, n: number): Promise<Told> {
  const [what, method, path, body] = REQUESTS[n % REQUESTS.length]!;
  const begunMs = performance.now();
  let status: number | string;
  try {
    const response = await fetch(url + path, {
      method,
      headers: { ...asAdmin, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body(n)) }),
      signal: AbortSignal.timeout(30_000),
      dispatcher: clients,
    });
    await response.arrayBuffer();
    ({ status } = response);
  } catch (error) {
    status = String(error);
  }
  return { what, status, tookMs: performance.now() - begunMs };
}

describe('three copies while their database fails in one way after the other', () => {
  let database: Database;
  let folders: Awaited<ReturnType<typeof dataFolder>>[];
  let copies: ServiceProcess[];
  let balancer: Balancer;
  let admin: Client;
  const askers = new Agent();
  const seen: SeenFault[] = [];

  const connectAdmin = async () => {
    admin = new Client({ connectionString: database.server.url });
    admin.on('error', () => undefined); // it dies with the server
    await admin.connect();
    database = { ...database, admin };
  };

  beforeAll(async () => {
    const disk = SmallDisk.mount(DISK_MEGABYTES);
    const server = await PostgresServer.start({ max_connections: '40' }, disk.path);
    const proxy = await TcpProxy.start(server.port);
    database = { server, disk, proxy, admin: new Client() };
    folders = await Promise.all(Array.from({ length: COPIES }, () => dataFolder()));
    const url = new URL(server.url);
    url.port = String(proxy.port);
    copies = await Promise.all(
      folders.map(({ path }) =>
        ServiceProcess.start(
          {
            POSTGRES_URL: url.href,
            POSTGRES_MIN_SIZE: '1',
            POSTGRES_MAX_SIZE: '5',
            RATE_LIMIT_ENABLED: 'false',
            METRICS_SAMPLE_INTERVAL_SECONDS: '1',
          },
          path,
        ),
      ),
    );
    balancer = await Balancer.start(copies.map((copy) => copy.url));
    const declared = await copies[0]!.request('POST', '/performance/metrics', {
      name: 'fault_value',
      kind: 'gauge',
      help: 'Sent during faults',
      labels: [],
    });
    expect(declared.status).toBe(201);
    await well();
  }, 120_000);

  afterAll(async () => {
    await askers.destroy();
    await balancer.close();
    await Promise.all(copies.map((copy) => copy.kill('SIGKILL')));
    await admin.end().catch(() => undefined);
    await database.proxy.close();
    await database.server.close();
    database.disk.unmount();
    await Promise.all(folders.map((folder) => folder.remove()));
    if (seen.length !== DATABASE_FAULTS.length) return;
    writeFileSync(PAGE, faultsPage(seen));
    execFileSync('npx', ['prettier', '--write', PAGE], { stdio: 'ignore' });
  }, 60_000);

  const well = () =>
    eventually(
      'all copies are well, and take changes',
      async () => {
        for (const copy of copies) {
          const { body } = await copy.request('GET', '/performance/health');
          const { postgres, copies: others } = body.checks as Record<string, { status: string }>;
          if (postgres!.status !== 'up' || others!.status !== 'up') return false;
        }
        const { status } = await copies[0]!.request('PATCH', '/performance/pools/http', { max: 77 });
        return status === 200;
      },
      { timeoutMs: BACK_MS, everyMs: 200 },
    );

  it.each(DATABASE_FAULTS)(
    '$name',
    async ({ name, begin }) => {
      await connectAdmin();
      const told: Told[] = [];
      const under: Promise<unknown>[] = [];
      const over = new AbortController();
      const clients = (async () => {
        for (let n = 0; !over.signal.aborted; n++) {
          under.push(tell(askers, balancer.url, n).then((answer) => told.push(answer)));
          await sleep(1_000 / PER_SECOND);
        }
      })();
      const end = await begin(database);
      await sleep(LASTS_MS);
      await end();
      const endedMs = performance.now();
      await well();
      const backMs = performance.now() - endedMs;
      over.abort();
      await clients;
      await Promise.all(under);
      await admin.end().catch(() => undefined);

      expect(copies.map(({ ended }) => ended)).toEqual(copies.map(() => undefined));
      const wrong = told.filter(
        ({ status, what }) => !SAID.has(status as number) || (status !== 200 && what !== 'changes'),
      );
      expect(wrong).toEqual([]);
      const longestMs = Math.max(...told.map(({ tookMs }) => tookMs));
      expect(longestMs).toBeLessThan(LONGEST_MS);

      expect((await copies[0]!.request('PATCH', '/performance/pools/http', { max: 77 })).status).toBe(200);
      // Every copy has the change that was answered with 200, the metric, and a sample of almost every second.
      let fewest = Infinity;
      for (const copy of copies) {
        await eventually('it has the latest change', async () => {
          const { body } = await copy.request('GET', '/performance/pools/http');
          return body.max === 77;
        });
        const { status } = await copy.request('POST', '/performance/metrics/fault_value/samples', {
          value: 1,
          labels: {},
        });
        expect(status).toBe(200);
        const window = Math.floor(LASTS_MS / 1_000);
        const query = encodeURIComponent(`count_over_time(process_uptime_seconds[${window}s])`);
        const at = (Date.now() - (performance.now() - endedMs)) / 1_000;
        const { body } = await copy.request('GET', `/performance/prometheus/api/v1/query?query=${query}&time=${at}`);
        const { result } = body.data as { result: { value: [number, string] }[] };
        fewest = Math.min(fewest, Number(result[0]?.value[1] ?? 0));
      }
      expect(fewest).toBeGreaterThanOrEqual(LASTS_MS / 1_000 - 2);
      const refused = told.filter(({ status }) => status === 503).length;
      const changes = told.filter(({ what }) => what === 'changes').length;
      seen.push({
        name,
        answers: told.length,
        changes,
        refused,
        longestMs,
        backMs,
        samples: fewest,
        seconds: LASTS_MS / 1_000,
      });
      process.stdout.write(
        `${name}: ${told.length} answers, ${refused} of ${changes} changes refused, longest ${Math.round(longestMs)} ms, back after ${Math.round(backMs)} ms\n`,
      );
    },
    120_000,
  );
});
