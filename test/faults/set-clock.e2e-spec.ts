import { eventually } from '../support/eventually';
import { PostgresServer } from '../support/postgres-server';
import { dataFolder, ServiceProcess } from '../support/service-process';
import { SetClock } from '../support/set-clock';

const YEAR_SECONDS = 365 * 86_400;
const UP = 'process_uptime_seconds';
const now = () => Date.now() / 1_000;

/** The clock of a real process, set while it runs and between two starts; that of the database stays right. */
describe('a service whose clock is set', () => {
  let postgres: PostgresServer;
  let folder: Awaited<ReturnType<typeof dataFolder>>;
  let clock: SetClock;
  let service: ServiceProcess | undefined;

  beforeAll(async () => {
    [postgres, folder] = await Promise.all([PostgresServer.start(), dataFolder()]);
    clock = await SetClock.in(folder.path);
  });
  afterAll(async () => {
    await service?.kill('SIGKILL');
    await postgres.close();
    await folder.remove();
  });

  const start = async () => {
    service = await ServiceProcess.start(
      {
        ...clock.env,
        POSTGRES_URL: postgres.url,
        POSTGRES_MIN_SIZE: '1',
        METRICS_SAMPLE_INTERVAL_SECONDS: '1',
        RATE_LIMIT_ENABLED: 'false',
        // An alert that always fires.
        ALERT_CPU_WARNING_PERCENT: '1',
        ALERT_CPU_FOR_SECONDS: '1',
      },
      folder.path,
    );
  };
  const end = async () => {
    await service!.kill('SIGTERM');
    service = undefined;
  };
  const ask = async (query: string, atSeconds: number) => {
    const path = `/performance/prometheus/api/v1/query?query=${encodeURIComponent(query)}&time=${atSeconds}`;
    const { body } = await service!.request('GET', path);
    const { result } = body.data as { result: { value: [number, string] }[] };
    return Number(result[0]?.value[1] ?? 0);
  };
  const samplesIn = (seconds: number, atSeconds: number) => ask(`count_over_time(${UP}[${seconds}s])`, atSeconds);
  const sampling = (aheadSeconds: number) =>
    eventually('samples are taken', async () => (await samplesIn(4, now() + aheadSeconds)) >= 3, { timeoutMs: 30_000 });
  const checks = async () =>
    (await service!.request('GET', '/performance/health')).body.checks as Record<
      string,
      { status: string; message?: string }
    >;
  const metric = async (name: string) => {
    const response = await fetch(`${service!.url}/metrics`, {
      headers: { authorization: 'Bearer admin-token-for-tests' },
    });
    const line = (await response.text()).split('\n').find((one) => one.startsWith(`${name} `));
    return Number(line?.split(' ')[1]);
  };
  const stored = async () => {
    const [row] = await postgres.query<{ samples: string }>(
      'SELECT coalesce(sum(samples), 0) AS samples FROM performance_gateway.series_blocks WHERE to_ms < $1',
      [Date.now() + 60_000],
    );
    return Number(row!.samples);
  };

  it('by a year ahead and back while it runs: it goes on sampling, says it, and resolves no alert', async () => {
    await start();
    await sampling(0);
    const firing = async () => {
      const alerts = (await service!.request('GET', '/performance/alerts')).body as unknown as { state: string }[];
      return alerts.some(({ state }) => state === 'firing');
    };
    await eventually('the alert fires', firing, { timeoutMs: 30_000 });
    await clock.ahead(YEAR_SECONDS);
    const before = now();
    await sampling(YEAR_SECONDS);
    await clock.ahead(0);
    await sampling(0);
    expect(await samplesIn(3, before)).toBeGreaterThanOrEqual(2);
    expect(await metric('monitoring_clock_steps_total{direction="forward"}')).toBe(1);
    expect(await metric('monitoring_clock_steps_total{direction="back"}')).toBe(1);
    expect((await checks()).monitoring).toMatchObject({ status: 'up' });
    const history = (await service!.request('GET', '/performance/alerts/history')).body as unknown as { to: string }[];
    expect(history.filter(({ to }) => to === 'resolved')).toEqual([]);
    expect(await firing()).toBe(true);
  }, 120_000);

  it('by a year ahead when it ends and right at the next start: the past is there, and what is ahead is said', async () => {
    const before = now();
    await end();
    await start();
    await sampling(0);
    await clock.ahead(YEAR_SECONDS);
    await sampling(YEAR_SECONDS);
    await end();
    await clock.ahead(0);
    await start();
    await sampling(0);
    const { monitoring } = await checks();
    expect(monitoring).toMatchObject({ status: 'up', message: expect.stringMatching(/clock was ahead, up to 20/) });
    await eventually('the past is there', async () => (await samplesIn(4, before)) >= 3);
    expect(await metric('monitoring_archive_set_aside_samples')).toBeGreaterThan(0);
  }, 120_000);

  it('by a year ahead at a start: the history of all copies stays, and is seen again when it is right', async () => {
    const before = now();
    await end();
    const kept = await stored();
    expect(kept).toBeGreaterThan(0);
    await clock.ahead(YEAR_SECONDS);
    await start();
    await sampling(YEAR_SECONDS);
    await eventually(
      'it has purged',
      async () => (await metric('scheduled_job_last_success{job_name="series-purge"}')) === 1,
    );
    expect(await stored()).toBe(kept);
    await clock.ahead(0);
    await sampling(0);
    await eventually('the past is there', async () => (await samplesIn(4, before)) >= 3);
    await end();
    await start();
    await sampling(0);
    await eventually('it is after a restart, too', async () => (await samplesIn(4, before)) >= 3);
  }, 120_000);
});
