import { eventually } from '../support/eventually';
import { PostgresServer } from '../support/postgres-server';
import { dataFolder, ServiceProcess } from '../support/service-process';

const run = (reads: number) => ({ scenario: 'cached-read', parameters: { rows: 500, reads } });

describe('a service that is killed in the middle of a benchmark', () => {
  let postgres: PostgresServer;
  let folder: Awaited<ReturnType<typeof dataFolder>>;
  let service: ServiceProcess | undefined;

  beforeAll(async () => {
    postgres = await PostgresServer.start();
    folder = await dataFolder();
  });
  afterAll(async () => {
    await service?.kill('SIGKILL');
    await folder.remove();
    await postgres.close();
  });

  it('leaves tables that the next start removes, and nothing that keeps the next run from starting', async () => {
    const schemas = () => postgres.query(`SELECT nspname FROM pg_namespace WHERE nspname LIKE 'pgbench%'`);
    service = await ServiceProcess.start({ POSTGRES_URL: postgres.url }, folder.path);
    const { body } = await service.request('POST', '/performance/benchmark', run(500_000));
    await eventually('reads are under way', async () => {
      const { progress } = (await service!.request('GET', `/performance/benchmark/${body.id as string}`)).body;
      return (progress as { phase: string }).phase.startsWith('without cache');
    });
    await service.kill('SIGKILL');
    expect(await schemas()).toHaveLength(1); // or the test would prove nothing

    service = await ServiceProcess.start({ POSTGRES_URL: postgres.url }, folder.path);
    await eventually('the leftover is gone', async () => (await schemas()).length === 0);
    const again = await service.request('POST', '/performance/benchmark?wait=true', run(2_000));
    expect(again).toMatchObject({ status: 200, body: { state: 'completed' } });
    await service.kill('SIGTERM');
  }, 90_000);
});
