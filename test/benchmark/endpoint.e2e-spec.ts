import { HttpUpstreamServer } from '../support/http-upstream';
import { dataFolder, ServiceProcess } from '../support/service-process';
import { asAdmin } from '../support/test-config';

interface Run {
  id: string;
  state: string;
  parameters: Record<string, unknown>;
  phases: Record<
    string,
    {
      operations: number;
      perSecond: number;
      latency: Record<string, number>;
      details: Record<string, number>;
    }
  >;
  invalid?: string;
  estimates?: Record<string, { value: number; low: number; high: number } | number | null>;
  verdict?: string;
}

const ROUTE = '/performance/benchmark';

const rate = (perSecond: number) => ({ kind: 'rate', perSecond, arrivals: 'constant' });

describe('the scenario endpoint (e2e)', () => {
  let upstream: HttpUpstreamServer;
  let service: ServiceProcess;
  let folder: Awaited<ReturnType<typeof dataFolder>>;
  const asked: string[] = [];
  const run = async (parameters: object) => {
    const { status, body } = await service.request('POST', `${ROUTE}?wait=true`, { scenario: 'endpoint', parameters });
    expect(body).toMatchObject({ state: 'completed' });
    expect(status).toBe(200);
    return body as unknown as Run;
  };

  beforeAll(async () => {
    upstream = await HttpUpstreamServer.start((request, response) => {
      asked.push(`${request.method} ${request.url} ${request.headers['x-secret'] ?? ''}`);
      if (request.url === '/slow') setTimeout(() => response.end('late'), 40);
      else response.end('ok');
    });
    folder = await dataFolder();
    service = await ServiceProcess.start(
      { HTTP_UPSTREAMS: `shop=${upstream.url}`, RATE_LIMIT_ENABLED: 'false', EMBEDDED_POSTGRES: 'false' },
      folder.path,
    );
  }, 60_000);

  afterAll(async () => {
    await service?.kill('SIGKILL');
    await upstream?.close();
    await folder?.remove();
  });

  it('asks a route of this service at a rate, and says what it cost the service', async () => {
    const { phases } = await run({ requests: [{ path: '/livez' }], load: rate(100), durationSeconds: 2 });
    const { operations, latency, details } = phases.load!;
    expect(operations).toBe(200);
    expect(details).toMatchObject({ status200: 200, errorShare: 0 });
    expect(details.cpuMsPerRequest).toBeGreaterThan(0);
    expect(latency.p9999Ms).toBeGreaterThanOrEqual(latency.p50Ms!);
  });

  it('asks an upstream, in the mix that was asked for, and keeps no value of a header', async () => {
    asked.length = 0;
    const headers = { 'x-secret': 'not-to-be-kept' };
    const { parameters, phases } = await run({
      target: 'shop',
      requests: [
        { path: '/a', weight: 3, headers },
        { method: 'POST', path: '/b', body: '{}' },
      ],
      load: { kind: 'callers', callers: 2 },
      durationSeconds: 1,
    });
    expect(asked).toContain('GET /a not-to-be-kept');
    expect(asked).toContain('POST /b ');
    expect(phases.load!.details).not.toHaveProperty('cpuMsPerRequest');
    expect(JSON.stringify(parameters)).not.toContain('not-to-be-kept');
  });

  it('tells a slow variant from a quick one, and gives no verdict on figures that do not count', async () => {
    const { estimates, verdict, invalid } = await run({
      target: 'shop',
      requests: [{ path: '/quick' }],
      load: { kind: 'compare', perSecond: 40, against: [{ path: '/slow' }], rounds: 4 },
      durationSeconds: 4,
    });
    expect(estimates!.latencyRatio).toMatchObject({ low: expect.any(Number) });
    if (invalid === undefined) expect(verdict).toMatch(/^(B is worse|undecided): B takes /);
    else expect(verdict).toBe(`No verdict: ${invalid}.`);
  });

  it('looks for the knee, and says that there is none', async () => {
    const load = { kind: 'knee', p99Ms: 0.001, fromPerSecond: 20, toPerSecond: 40 };
    const { estimates, verdict } = await run({ target: 'shop', requests: [{ path: '/slow' }], load });
    expect(estimates).toMatchObject({ kneePerSecond: null, trials: 1 });
    expect(verdict).toMatch(/^Not even 20 per second keep a p99 of 0.001 ms\.$|^The load generator gets too little/);
  });

  it('exports a run, and lists what can be run', async () => {
    const { id } = await run({ requests: [{ path: '/livez' }], load: rate(50), durationSeconds: 1, warmUpSeconds: 0 });
    const text = async (query: string) => {
      const response = await fetch(`${service.url}${ROUTE}/${id}/export${query}`, { headers: asAdmin });
      return { type: response.headers.get('content-type'), body: await response.text(), status: response.status };
    };
    expect(await text('?format=csv')).toMatchObject({
      type: 'text/csv; charset=utf-8',
      body: expect.stringMatching(/^phase,operations,.*\nload,50,/),
    });
    expect((await text('')).body).toMatch(/^# Benchmark [0-9a-f]{8}: endpoint, completed\n/);
    expect((await text('?format=hgrm')).body).toMatch(/Percentile TotalCount[^]*Total count {4}= +50]\n$/);
    expect(await text('?format=hgrm&phase=none')).toMatchObject({
      status: 404,
      body: expect.stringContaining('Phases with latencies: load.'),
    });

    const { body } = await service.request('GET', `${ROUTE}/scenarios`);
    expect(body.scenarios).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ name: 'cached-read', runnable: false, missing: ['postgres'] }),
        expect.objectContaining({ name: 'endpoint', runnable: true, missing: [] }),
      ]),
    );
  });

  it.each([
    [{ target: 'elsewhere' }, 422, '"elsewhere" is no target: it is one of self, shop.'],
    [{ requests: [{ path: '/performance/benchmark' }] }, 422, 'it would start others'],
    [{ requests: [{ path: 'http://example.com/' }] }, 400, 'parameters.requests.0.path'],
    [{ load: rate(100_000) }, 400, 'parameters.load.perSecond'],
    [{ durationSeconds: 1_000 }, 400, 'parameters.durationSeconds'],
  ])('refuses %j', async (wrong, expected, said) => {
    const parameters = { requests: [{ path: '/' }], load: rate(1), ...wrong };
    const { status, body } = await service.request('POST', ROUTE, { scenario: 'endpoint', parameters });
    expect(status).toBe(expected);
    expect(JSON.stringify(body)).toContain(said.replaceAll('"', '\\"'));
  });

  it('is cancelled within a moment', async () => {
    const parameters = { requests: [{ path: '/' }], load: rate(10), durationSeconds: 60 };
    const { body } = await service.request('POST', ROUTE, { scenario: 'endpoint', parameters });
    const beganMs = performance.now();
    const cancelled = await service.request('DELETE', `${ROUTE}/${String(body.id)}`);
    expect(cancelled.body).toMatchObject({ state: 'cancelled' });
    expect(performance.now() - beganMs).toBeLessThan(10_000);
  });
});
