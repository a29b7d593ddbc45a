import { Balancer } from '../support/balancer';
import { eventually } from '../support/eventually';
import { PostgresServer } from '../support/postgres-server';
import { dataFolder, ServiceProcess } from '../support/service-process';
import { ADMIN_TOKEN } from '../support/test-config';

/** Until no expectation fails any more. */
const becomes = (what: string, check: () => Promise<void>, timeoutMs: number) =>
  eventually(what, () => check().then(() => true), { timeoutMs, everyMs: 50 });

interface Answer {
  readonly status: number;
  readonly instance: string | null;
  readonly body: Record<string, unknown>;
}

async function call(url: string, method: string, path: string, body?: object): Promise<Answer> {
  const response = await fetch(`${url}${path}`, {
    method,
    headers: { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(30_000),
  });
  return {
    status: response.status,
    instance: response.headers.get('x-instance'),
    body: (await response.json()) as Record<string, unknown>,
  };
}

interface Listed {
  readonly id: string;
  readonly state: string;
  readonly leads: boolean;
}
const instancesAt = async (url: string) =>
  (await call(url, 'GET', '/performance/instances')).body.instances as Listed[];
const limitsAt = async (url: string) => {
  const { min, max } = (await call(url, 'GET', '/performance/pools/http')).body;
  return [min, max];
};

/** What a person with a script does: 200 calls, each with what is the same whichever copy answers. */
async function script(url: string): Promise<unknown[]> {
  const seen: unknown[] = [];
  const note = async (method: string, path: string, body: object | undefined, ...fields: string[]) => {
    const answer = await call(url, method, path, body);
    seen.push([method, path, answer.status, ...fields.map((field) => answer.body[field])]);
  };
  for (let i = 0; i < 25; i++) {
    const gauge = { name: `script_${i}`, kind: 'gauge', help: 'of the script', labels: ['a'] };
    await note('POST', '/performance/metrics', gauge, 'name', 'kind');
    await note('POST', `/performance/metrics/script_${i}/samples`, { value: i, labels: { a: 'x' } }, 'recorded');
    await note('POST', '/performance/metrics', gauge, 'name', 'kind');
    await note('POST', '/performance/metrics', { ...gauge, kind: 'counter' }, 'code');
    await note('POST', `/performance/metrics/missing_${i}/samples`, { value: 1, labels: {} }, 'code');
    await note('PATCH', '/performance/pools/http', { max: 200 + i }, 'min', 'max');
    await note('GET', '/performance/pools/http', undefined, 'min', 'max');
    await note('PATCH', '/performance/pools/http', { min: 5 }, 'code');
  }
  return seen;
}

describe('three copies behind a balancer', () => {
  let postgres: PostgresServer;
  let folders: Awaited<ReturnType<typeof dataFolder>>[];
  const copies: ServiceProcess[] = [];
  let balancer: Balancer;
  const start = (at: number, env: Record<string, string> = {}) =>
    ServiceProcess.start(
      {
        POSTGRES_URL: postgres.url,
        POSTGRES_MIN_SIZE: '1',
        RATE_LIMIT_ENABLED: 'false',
        METRICS_SAMPLE_INTERVAL_SECONDS: '1',
        ...env,
      },
      folders[at]!.path,
    );

  beforeAll(async () => {
    postgres = await PostgresServer.start();
    folders = await Promise.all(Array.from({ length: 4 }, () => dataFolder()));
    copies.push(...(await Promise.all([0, 1, 2].map((at) => start(at)))));
    balancer = await Balancer.start(copies.map(({ url }) => url));
  }, 60_000);

  afterAll(async () => {
    await balancer.close();
    await Promise.all(copies.map((copy) => copy.kill('SIGKILL')));
    await postgres.close();
    await Promise.all(folders.map((folder) => folder.remove()));
  });

  it('answers a script of 200 calls as one copy does, and names the copy in each answer', async () => {
    const behind = await script(balancer.url);
    const statuses = Object.groupBy(behind as [string, string, number][], ([, , status]) => String(status));
    expect(Object.entries(statuses).map(([status, calls]) => [status, calls!.length])).toEqual([
      ['200', 75],
      ['201', 50],
      ['404', 25],
      ['409', 25],
      ['422', 25],
    ]);
    const alone = await ServiceProcess.start(
      { EMBEDDED_POSTGRES: 'false', RATE_LIMIT_ENABLED: 'false' },
      folders[3]!.path,
    );
    try {
      expect(behind).toEqual(await script(alone.url));
    } finally {
      await alone.kill('SIGKILL');
    }
    const names = await Promise.all([1, 2, 3].map(() => call(balancer.url, 'GET', '/performance/health')));
    expect(new Set(names.map(({ instance }) => instance)).size).toBe(3);
    for (const { instance, body } of names) expect(body.instance).toBe(instance);
    expect((await call(balancer.url, 'GET', '/nowhere')).instance).not.toBeNull();
  }, 60_000);

  it('makes in every copy what was changed in one, within two seconds, without a request to it', async () => {
    await call(copies[0]!.url, 'PATCH', '/performance/pools/postgres', { max: 7 });
    const changedAt = performance.now();
    await call(balancer.url, 'PATCH', '/performance/pools/http', { max: 7 });
    // What Prometheus scrapes does not look for changes.
    await becomes(
      'the limits of one copy are those of all',
      async () => {
        for (const { url } of copies) {
          const text = await (
            await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${ADMIN_TOKEN}` } })
          ).text();
          expect(text).toMatch(/^db_client_connection_max\{[^}]*pool_name="postgres"[^}]*\} 7$/m);
        }
      },
      5_000,
    );
    expect(performance.now() - changedAt).toBeLessThan(2_500);
  }, 20_000);

  it('shows a benchmark run in every copy, refuses a second one by its name, and cancels it from any', async () => {
    const parameters = { rows: 20_000, reads: 500_000 };
    const body = { scenario: 'cached-read', parameters };
    const started = await call(copies[0]!.url, 'POST', '/performance/benchmark', body);
    expect([started.status, started.body.instance]).toEqual([202, started.instance]);
    const path = `/performance/benchmark/${started.body.id}`;
    for (const { url } of copies) {
      expect((await call(url, 'GET', path)).body).toMatchObject({ state: 'running', instance: started.instance });
      const second = await call(url, 'POST', '/performance/benchmark', body);
      expect([second.status, second.body.detail]).toEqual([409, expect.stringContaining(String(started.body.id))]);
    }
    const cancelled = await call(copies[1]!.url, 'DELETE', path);
    expect([cancelled.status, cancelled.body.state]).toEqual([200, 'cancelled']);
    for (const { url } of copies) {
      const { runs } = (await call(url, 'GET', '/performance/benchmark')).body as {
        runs: { id: string; state: string }[];
      };
      expect(runs.map(({ id, state }) => [id, state])).toEqual([[started.body.id, 'cancelled']]);
      expect((await call(url, 'DELETE', path)).status).toBe(409);
    }
  }, 40_000);

  it('lists the copies, of which one leads, and another when that one is killed', async () => {
    const before = await instancesAt(balancer.url);
    expect(before.map(({ state }) => state)).toEqual(['up', 'up', 'up']);
    const leaders = before.filter(({ leads }) => leads);
    expect(leaders).toHaveLength(1);
    const own = await Promise.all(
      copies.map(async ({ url }) => (await call(url, 'GET', '/performance/health')).instance),
    );
    const at = own.indexOf(leaders[0]!.id);
    await copies[at]!.kill('SIGKILL');
    const other = copies[(at + 1) % 3]!;
    await becomes(
      'another copy leads',
      async () => {
        const after = await instancesAt(other.url);
        expect(after.filter(({ state }) => state === 'up')).toHaveLength(2);
        const [next, ...more] = after.filter(({ leads }) => leads);
        expect([next?.id === leaders[0]!.id, more.length]).toEqual([false, 0]);
        expect(next).toBeDefined();
      },
      10_000,
    );
    copies[at] = await start(at);
    balancer.targets[at] = copies[at]!.url;
    // The same copy again, with what was changed before.
    expect((await call(copies[at]!.url, 'GET', '/performance/health')).instance).toBe(leaders[0]!.id);
    await becomes(
      'a restarted copy has what was changed before',
      async () => expect(await limitsAt(copies[at]!.url)).toEqual([0, 7]),
      5_000,
    );
  }, 40_000);

  it('refuses changes while the database is away, says so, and goes on afterwards', async () => {
    await postgres.stop('immediate');
    const refused = await call(balancer.url, 'PATCH', '/performance/pools/http', { max: 9 });
    expect([refused.status, refused.body.code]).toEqual([503, 'SHARED_STATE_UNAVAILABLE']);
    for (const { url } of copies) expect(await limitsAt(url)).toEqual([0, 7]);
    await becomes(
      'the health says it',
      async () => {
        for (const { url } of copies) {
          const { checks } = (await call(url, 'GET', '/performance/health')).body as { checks: { copies: unknown } };
          expect(checks.copies).toMatchObject({ status: 'degraded', message: expect.stringMatching(/since/) });
          const [only, ...more] = await instancesAt(url);
          expect([only?.leads, more]).toEqual([false, []]);
        }
      },
      15_000,
    );
    await postgres.restart();
    await becomes(
      'one copy leads again',
      async () => {
        expect((await call(balancer.url, 'PATCH', '/performance/pools/http', { max: 9 })).status).toBe(200);
        expect((await instancesAt(balancer.url)).filter(({ leads }) => leads)).toHaveLength(1);
      },
      15_000,
    );
    for (const { url } of copies) {
      await becomes('every copy has it', async () => expect(await limitsAt(url)).toEqual([0, 9]), 5_000);
    }
  }, 60_000);

  it('takes a metric back in every copy', async () => {
    const [first, second] = copies as [ServiceProcess, ServiceProcess];
    const gauge = { name: 'taken_back', kind: 'gauge', help: 'taken back', labels: [] };
    expect((await call(first.url, 'POST', '/performance/metrics', gauge)).status).toBe(201);
    expect((await call(second.url, 'DELETE', '/performance/metrics/taken_back')).status).toBe(200);
    const sample = { value: 1, labels: {} };
    await becomes(
      'no copy has it',
      async () => {
        for (const { url } of copies) {
          expect((await call(url, 'POST', '/performance/metrics/taken_back/samples', sample)).status).toBe(404);
        }
      },
      15_000,
    );
  }, 60_000);

  it('shows the samples of another copy, and lets a replacement go on with those of one that is gone', async () => {
    const former = copies[0]!;
    const { instance } = await call(former.url, 'GET', '/performance/health');
    await call(former.url, 'POST', '/performance/metrics', { name: 'kept', kind: 'gauge', help: 'kept', labels: [] });
    await call(former.url, 'POST', '/performance/metrics/kept/samples', { value: 42, labels: {} });
    const read = async (url: string, of: string) => {
      const path = `/performance/prometheus/api/v1/query?query=${encodeURIComponent('max_over_time(kept[1h])')}${of}`;
      const { status, body } = await call(url, 'GET', path);
      if (status !== 200) return body.error;
      return (body.data as { result: { value: [number, string] }[] }).result.map(({ value }) => value[1]);
    };
    await becomes('it has a sample', async () => expect(await read(former.url, '')).toEqual(['42']), 15_000);
    await former.kill('SIGTERM');
    const other = copies[1]!.url;
    expect(await read(other, `&instance=${instance}`)).toEqual(['42']);
    expect(await read(other, '&instance=nobody')).toMatch(/no samples of "nobody" are stored/);
    const { instances } = (await call(other, 'GET', '/performance/instances')).body as { instances: Listed[] };
    expect(instances.find(({ id }) => id === instance)?.state).toBe('ended');
    // The wait for its return begins when the replacement lives, however long that takes to start: until then one of the
    // others is nearest to its end.
    const seenAgo = (seconds: number) =>
      postgres.query(
        `UPDATE performance_gateway.copies SET seen_at = now() - make_interval(secs => $1) WHERE id = $2`,
        [seconds, instance],
      );
    await seenAgo(-3_600);
    await postgres.query(`UPDATE performance_gateway.copies SET first_seen_at = now() - interval '600 s'`);
    copies[0] = await start(3);
    await becomes(
      'the replacement lives',
      async () => expect((await instancesAt(other)).filter(({ state }) => state === 'up')).toHaveLength(3),
      15_000,
    );
    await seenAgo(20);
    const replacement = copies[0].url;
    await becomes('it has the history', async () => expect(await read(replacement, '')).toEqual(['42']), 30_000);
    expect((await call(replacement, 'GET', '/performance/health')).instance).not.toBe(instance);
  }, 90_000);
});
