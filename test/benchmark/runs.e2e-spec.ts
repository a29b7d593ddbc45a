import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../support/eventually';
import { PostgresServer } from '../support/postgres-server';
import { dataFolder, ServiceProcess } from '../support/service-process';
import { asAdmin } from '../support/test-config';

interface Comparison {
  verdict: string;
  differences: string[];
  phases: Record<string, { latencyRatio?: { value: number; low: number; high: number }; verdict: string }>;
}
interface Run {
  id: string;
  state: string;
  baseline: boolean;
  phases: Record<string, { operations: number; details: Record<string, number> }>;
  environment: {
    versions: Record<string, string>;
    machine: Record<string, unknown>;
    configuration: Record<string, unknown>;
  };
  neighbours: { before: { requests: number; p99Ms: number }; during: { requests: number; p99Ms: number } };
  sinceBaseline?: Comparison;
  error?: { code: string; detail: string };
}
interface Event {
  id: number;
  event: string;
  data: { state: string; progress: { phase: string; ratio: number }; interim?: { operations: number } };
}

const ROUTE = '/performance/benchmark';
const PASSWORD = 'not-to-be-kept';

const load = (durationSeconds: number, perSecond = 100) => ({
  scenario: 'endpoint',
  parameters: {
    requests: [{ path: '/livez' }],
    load: { kind: 'rate', perSecond, arrivals: 'constant' },
    durationSeconds,
    warmUpSeconds: 0,
  },
});

/** On the thread of the service: no generator that a busy machine could make late. */
const hits = (callers = 2) => ({
  scenario: 'cache',
  parameters: { cases: ['hit'], valueBytes: [100], callers, durationSeconds: 0.5, warmUpSeconds: 0 },
});

/** The events of an answer, until it ends or `enough` says so. */
async function events(url: string, last?: number, enough: (event: Event) => boolean = () => false): Promise<Event[]> {
  const abort = new AbortController();
  const headers = { ...asAdmin, ...(last !== undefined && { 'last-event-id': String(last) }) };
  const answer = await fetch(url, { headers, signal: abort.signal });
  expect(answer.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
  const found: Event[] = [];
  let text = '';
  for await (const chunk of answer.body!.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    const parts = text.split('\n\n');
    text = parts.pop()!;
    for (const part of parts) {
      const fields = Object.fromEntries(part.split('\n').map((line) => line.split(/: (.*)/s).slice(0, 2)));
      if (fields.data === undefined) continue;
      found.push({ id: Number(fields.id), event: fields.event, data: JSON.parse(fields.data) });
      if (!enough(found.at(-1)!)) continue;
      abort.abort();
      return found;
    }
  }
  return found;
}

describe('a run of a benchmark', () => {
  let postgres: PostgresServer;
  let service: ServiceProcess;
  let folder: Awaited<ReturnType<typeof dataFolder>>;
  const start = async () => {
    const url = new URL(postgres.url);
    if (url.password === '') url.password = PASSWORD;
    return ServiceProcess.start(
      { POSTGRES_URL: url.href, RATE_LIMIT_ENABLED: 'false', METRICS_SAMPLE_INTERVAL_SECONDS: '2' },
      folder.path,
    );
  };
  const call = async (method: string, path: string, body?: object, expected = 200) => {
    const { status, body: answer } = await service.request(method, ROUTE + path, body);
    expect({ status, ...(status === expected ? {} : { answer }) }).toEqual({ status: expected });
    return answer as unknown as Run;
  };
  /** The latest value of an expression in the metrics store, read after a tick that follows now. */
  const stored = async (query: string) => {
    await sleep(4_200);
    const { body } = await service.request(
      'GET',
      `/performance/prometheus/api/v1/query?query=${encodeURIComponent(query)}`,
    );
    const { result } = (body as { data: { result: { value: [number, string] }[] } }).data;
    return Number(result[0]?.value[1] ?? 0);
  };

  beforeAll(async () => {
    postgres = await PostgresServer.start();
    folder = await dataFolder();
    service = await start();
  }, 60_000);
  afterAll(async () => {
    await service?.kill('SIGKILL');
    await postgres?.close();
    await folder?.remove();
  });

  it('is followed by events, and by who comes back without a gap', async () => {
    const { id } = await call('POST', '', load(3), 202);
    const url = `${service.url}${ROUTE}/${id}/events`;
    const first = await events(url, undefined, ({ data }) => (data.interim?.operations ?? 0) > 0);
    const rest = await events(url, first.at(-1)!.id);
    const ids = [...first, ...rest].map((event) => event.id);
    expect(ids).toEqual(ids.map((_, n) => n + 1));
    expect(rest.at(-1)).toMatchObject({ event: 'end', data: { state: 'completed', progress: { ratio: 1 } } });
    expect(await events(url, ids.at(-1))).toEqual([]);
    const again = await events(url);
    expect(again.map((event) => event.id)).toEqual(ids);
  });

  it('says where it ran, without secrets, and survives a restart', async () => {
    const run = await call('POST', '?wait=true', hits());
    const { versions, machine, configuration } = run.environment;
    expect(versions).toMatchObject({
      service: expect.any(String),
      node: expect.any(String),
      postgres: expect.any(String),
    });
    expect(machine).toMatchObject({ cores: expect.any(Number), memoryLimitBytes: expect.any(Number) });
    expect(configuration).toMatchObject({ 'pool.postgres.max': expect.any(Number), 'cache.redis': false });
    expect(JSON.stringify(run)).not.toContain(PASSWORD);

    const { baseline } = await call('PUT', `/${run.id}/baseline`);
    expect(baseline).toBe(true);
    await service.kill('SIGTERM');
    service = await start();
    const kept = await eventually('the database is read', async () => {
      const { status, body } = await service.request('GET', `${ROUTE}/${run.id}`);
      return status === 200 && (body as unknown as Run);
    });
    expect(kept).toEqual({ ...run, baseline: true });
  }, 60_000);

  it('is compared with the baseline of its scenario where it did the same, and with any other run', async () => {
    const { body } = await service.request('GET', ROUTE);
    const pinned = (body.runs as Run[]).find(({ baseline }) => baseline)!;
    const same = await call('POST', '?wait=true', hits());
    expect(same.sinceBaseline).toMatchObject({
      verdict: expect.stringMatching(/^(worse|better|unchanged|undecided)$/),
    });
    const { low, value, high } = same.sinceBaseline!.phases['hit 100 B']!.latencyRatio!;
    expect(low).toBeLessThan(value);
    expect(value).toBeLessThan(high);

    const other = await call('POST', '?wait=true', hits(3));
    expect(other.sinceBaseline).toBeUndefined();
    const compared = (await call('GET', `/compare?a=${pinned.id}&b=${other.id}`)) as unknown as Comparison;
    expect(compared.differences).toContain('parameters.callers: 2, 3');
    await call('GET', `/compare?a=${pinned.id}`, undefined, 400);
    await call('GET', `/compare?a=${pinned.id}&b=00000000`, undefined, 404);

    expect((await call('DELETE', `/${pinned.id}/baseline`)).baseline).toBe(false);
    expect((await call('GET', `/${same.id}`)).sinceBaseline).toBeUndefined();
  }, 60_000);

  it('costs what the metrics store has of the same time, within 1 %', async () => {
    const own = 'sum(http_server_request_duration_seconds_count{http_route="/livez"})';
    await service.request('GET', '/livez'); // since the restart nobody has
    const before = await stored(own);
    const { phases } = await call('POST', '?wait=true', load(5, 200));
    const { operations, details } = phases.load!;
    expect(operations).toBe(1_000);
    // Those that opened the connections came before the measured time.
    const opened = 64;
    const counted = (await stored(own)) - before - opened;
    expect(Math.abs(counted / operations - 1)).toBeLessThan(0.01);
    expect(details.cpuMsPerRequest).toBeGreaterThan(0);
    const gets = 'sum(cache_gets_total{cache="benchmark-hit",tier="memory",result="hit"})';
    const hitsBefore = await stored(gets);
    const { cacheHits } = (await call('POST', '?wait=true', hits())).phases['hit 100 B']!.details;
    expect(Math.abs(((await stored(gets)) - hitsBefore) / cacheHits! - 1)).toBeLessThan(0.01);
    expect(await stored('benchmark_throughput_per_second{scenario="endpoint",phase="load"}')).toBeCloseTo(200, -1);
    expect(await stored('benchmark_runs_total{scenario="endpoint",state="completed"}')).toBeGreaterThan(0);
  }, 60_000);

  it('says what the requests of others took before it and during it', async () => {
    const { id } = await call('POST', '', load(2), 202);
    const over = async () => (await call('GET', `/${id}`)).state !== 'running';
    await eventually('it is over', over);
    const { neighbours } = await call('GET', `/${id}`);
    expect(neighbours.before.requests).toBeGreaterThan(0); // the test's own
    expect(neighbours.during.requests).toBeGreaterThan(0);
    expect(neighbours.during.p99Ms).toBeGreaterThan(0);
  });

  it('is cancelled within a second', async () => {
    const { id } = await call('POST', '', load(60), 202);
    await eventually('it sends', async () => {
      const { body } = await service.request('GET', `${ROUTE}/${id}`);
      return body.interim !== undefined;
    });
    const beganMs = performance.now();
    expect(await call('DELETE', `/${id}`)).toMatchObject({ state: 'cancelled' });
    expect(performance.now() - beganMs).toBeLessThan(1_000);
  });

  it('stops itself when a part of the service is not well any more, and says which', async () => {
    const { id } = await call('POST', '', load(120), 202);
    await eventually(
      'it sends',
      async () => (await service.request('GET', `${ROUTE}/${id}`)).body.interim !== undefined,
    );
    await postgres.stop('immediate');
    try {
      const notWell = eventually('health is bad', async () => {
        const { body } = await service.request('GET', '/performance/health');
        return (body.checks as Record<string, { status: string }>).postgres!.status !== 'up';
      });
      await notWell;
      const sinceMs = performance.now();
      const run = await eventually('the run is over', async () => {
        const now = await call('GET', `/${id}`);
        return now.state !== 'running' && now;
      });
      expect(performance.now() - sinceMs).toBeLessThan(2_000);
      expect(run).toMatchObject({
        state: 'failed',
        error: {
          code: 'BENCHMARK_ABORTED',
          detail: 'The run stopped itself, since pool postgres is not well any more.',
        },
      });
    } finally {
      await postgres.restart();
    }
  }, 60_000);
});
