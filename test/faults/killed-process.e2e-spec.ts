import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { eventually } from '../support/eventually';
import { ADMIN_TOKEN } from '../support/test-config';
import { PostgresServer } from '../support/postgres-server';
import { dataFolder, ServiceProcess } from '../support/service-process';

/** `npm run test:faults -- --long`: at many more moments. */
const LONG = process.env.TEST_FAULTS === 'long';
const KILLS = LONG ? 20 : 3;
const KILLS_WITH_DATABASE = LONG ? 10 : 2;
const SAMPLES = encodeURIComponent('count_over_time(process_start_time_seconds[1h])');

describe('a process that is killed', () => {
  let service: ServiceProcess | undefined;
  let folder: Awaited<ReturnType<typeof dataFolder>>;
  beforeEach(async () => {
    folder = await dataFolder();
  });
  afterEach(async () => {
    await service?.kill('SIGKILL');
    service = undefined;
    await folder.remove();
  });

  async function start(env: Readonly<Record<string, string>>): Promise<ServiceProcess> {
    return (service = await ServiceProcess.start({ METRICS_SAMPLE_INTERVAL_SECONDS: '1', ...env }, folder.path));
  }

  it('loses the samples of one tick at most, without a database and on another port, time after time', async () => {
    let had = 0;
    const instances = new Set<unknown>();
    for (let round = 0; round < KILLS; round++) {
      const running = await start({ EMBEDDED_POSTGRES: 'false' });
      instances.add((await running.request('GET', '/performance')).body.instance);
      const found = await query(running, SAMPLES);
      expect(found).toBeGreaterThanOrEqual(had - 1);
      if (round === 0) {
        expect(await importText(running, '# HELP imported of others\n# TYPE imported gauge\nimported 1\n')).toBe(200);
      } else expect(await help(running)).toEqual({ imported: [{ type: 'gauge', help: 'of others', unit: '' }] });
      had = await killSoon(running, found);
    }
    expect(instances.size).toBe(1);
  }, 300_000);

  it('loses no more where it can write to the database only', async () => {
    const postgres = await PostgresServer.start();
    try {
      await writeFile(join(folder.path, 'samples'), 'a file where the folder should be');
      const env = { POSTGRES_URL: postgres.url };
      let had = 0;
      for (let round = 0; round < KILLS_WITH_DATABASE; round++) {
        const running = await start(env);
        // The first blocks come after a minute: until then there are rows of single ticks.
        const found = () => query(running, SAMPLES);
        await eventually('what it had is back', async () => (await found()) >= had - 1, { timeoutMs: 15_000 });
        had = await killSoon(running, await found());
      }
    } finally {
      await service?.kill('SIGKILL');
      await postgres.close();
    }
  }, 300_000);
});

async function query(of: ServiceProcess, text: string): Promise<number> {
  const { body } = await of.request('GET', `/performance/prometheus/api/v1/query?query=${text}`);
  const { result } = body.data as { result: { value: [number, string] }[] };
  return result.length === 0 ? 0 : Number(result[0]!.value[1]);
}

async function help(of: ServiceProcess): Promise<unknown> {
  const { body } = await of.request('GET', '/performance/prometheus/api/v1/metadata?metric=imported');
  return body.data;
}

async function importText(of: ServiceProcess, body: string): Promise<number> {
  const headers = { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'text/plain' };
  return (await fetch(`${of.url}/performance/metrics/import`, { method: 'POST', headers, body })).status;
}

/** Kills it at some moment after its first tick. @returns how many samples it had */
async function killSoon(running: ServiceProcess, had: number): Promise<number> {
  await eventually('it has taken a sample', async () => (await query(running, SAMPLES)) > had, {
    timeoutMs: 15_000,
  });
  await pause(Math.random() * 1_200);
  const samples = await query(running, SAMPLES);
  await running.kill('SIGKILL');
  return samples;
}
