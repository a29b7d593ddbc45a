import { type INestApplicationContext, Logger } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import { Test } from '@nestjs/testing';
import { CommonModule } from '../../src/common/common.module';
import { ManualClock } from '../../src/testing/manual-clock';
import { Database } from '../../src/database/database';
import { DatabaseModule } from '../../src/database/database.module';
import { MonitoringModule } from '../../src/monitoring/monitoring.module';
import { MONITORING_OPTIONS, type MonitoringOptions } from '../../src/monitoring/monitoring.module-definition';
import { Labels } from '../../src/monitoring/series/labels';
import { BlockTable } from '../../src/monitoring/series/persistence/block-table';
import { CreateSeriesBlocks1764000000000 } from '../../src/monitoring/series/persistence/create-series-blocks.migration';
import { SeriesBlock } from '../../src/monitoring/series/persistence/series-block.entity';
import { SeriesArchiver } from '../../src/monitoring/series/persistence/series-archiver';
import { SeriesRestorer } from '../../src/monitoring/series/persistence/series-restorer';
import { MonitoringHealth } from '../../src/monitoring/sampling/monitoring-health';
import { CompressedSeriesStore } from '../../src/monitoring/series/compressed-series-store';
import { SeriesStore } from '../../src/monitoring/series/series-store';
import { PoolsModule } from '../../src/pools/pools.module';
import { Pools } from '../../src/pools/pools.service';
import { eventually } from '../support/eventually';
import { PostgresServer } from '../support/postgres-server';
import { testConfig } from '../support/test-config';
import { seriesNamed } from '../support/selected-series';

const HOUR = 3_600_000;
const KILL_OTHERS = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
  WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()`;
const START = Math.floor(Date.now() / HOUR) * HOUR;

describe('the past of the series', () => {
  let postgres: PostgresServer;
  let running: INestApplicationContext | undefined;
  beforeAll(async () => {
    postgres = await PostgresServer.start();
  });
  afterEach(async () => {
    await stop();
    await postgres.query('TRUNCATE performance_gateway.series_blocks');
  });
  afterAll(() => postgres.close());

  async function stop(): Promise<void> {
    const ending = running;
    running = undefined;
    await ending?.close();
  }

  /** The modules that take part, with a clock of ours for the times of samples; the tests run the jobs. */
  async function start(startMs: number, instance = 'a') {
    const clock = new ManualClock(startMs);
    const config = testConfig({ POSTGRES_URL: postgres.url, POSTGRES_MIN_SIZE: '0', POOL_ACQUIRE_TIMEOUT_MS: '500' });
    const module = await Test.createTestingModule({
      imports: [
        CommonModule,
        ScheduleModule.forRoot(),
        PoolsModule.forRoot(config.pools),
        DatabaseModule.forRoot({
          schema: 'performance_gateway',
          entities: [SeriesBlock],
          migrations: [CreateSeriesBlocks1764000000000],
        }),
        // An interval of an hour: no tick of its own comes between.
        MonitoringModule.forRoot({ ...config.monitoring, sampleIntervalMs: HOUR, instance }),
      ],
    })
      .overrideProvider(SeriesStore)
      .useFactory({
        inject: [MONITORING_OPTIONS],
        factory: (options: MonitoringOptions) => new CompressedSeriesStore(options, clock),
      })
      .compile();
    module.enableShutdownHooks([]);
    const store = module.get(SeriesStore);
    const archiver = module.get(SeriesArchiver);
    Object.assign(archiver, { clock });
    Object.assign(archiver['failures'], { clock });
    Object.assign(module.get(SeriesRestorer), { clock });
    Object.assign(module.get(MonitoringHealth), { clock });
    await module.init();
    await module.get(Database).whenReady();
    running = module;
    const tick = (ticks: number, value: (i: number) => number, name = 'm') => {
      const ref = store.open(Labels.from({ __name__: name, kind: 'ü"' }), 'counter')!;
      for (let i = 0; i < ticks; i++) {
        clock.advance(10_000);
        store.beginTick(clock.now());
        store.append(ref, clock.now(), value(i));
      }
    };
    const append = (name: string) =>
      store.append(store.open(Labels.from({ __name__: name }), 'gauge')!, clock.now(), 1);
    const samples = (name = 'm') => {
      const [found] = seriesNamed(store, name);
      return found && { times: Array.from(found.samples.timestamps), values: Array.from(found.samples.values) };
    };
    const restored = () => eventually('the past is back', () => module.get(SeriesRestorer).isDone);
    const health = () => module.get(MonitoringHealth).stats();
    return { module, clock, store, tick, append, samples, restored, archiver, health };
  }

  const rows = () => postgres.query('SELECT samples, to_ms FROM performance_gateway.series_blocks ORDER BY id');

  it('is there after a restart, with a gap, bit for bit, and the new samples behind it', async () => {
    const first = await start(START);
    first.tick(1_000, (i) => (i % 7 === 0 ? NaN : i / 3));
    await first.archiver.archive();
    first.tick(500, (i) => i);
    const before = first.samples()!;
    expect(before.values).toHaveLength(1_500);
    await stop();
    expect((await rows()).map(({ samples }) => samples)).toEqual([1_000, 500]);

    const second = await start(first.clock.now() + 60_000);
    second.tick(1, () => -1);
    await second.restored();
    const after = second.samples()!;
    expect(after.times).toEqual([...before.times, first.clock.now() + 70_000]);
    expect(after.values).toEqual([...before.values, -1]);
    expect(second.store.stats().samples).toBe(1_501);
    await stop();
    expect((await rows()).map(({ samples }) => samples)).toEqual([1_000, 500, 1]); // nothing is written twice
  });

  it('is in the database after each tick where no file is written, and takes no more place in the end', async () => {
    const first = await start(START);
    for (let i = 0; i < 3; i++) {
      first.tick(1, () => i);
      first.archiver.keepTick();
      await first.archiver['keeping'];
    }
    expect((await rows()).map(({ samples }) => samples)).toEqual([1, 1, 1]);
    const second = await start(first.clock.now(), 'a');
    await second.restored();
    expect(second.samples()!.values).toEqual([0, 1, 2]);
    await stop();
    running = first.module;
    first.tick(1, () => 3);
    await first.archiver.archive();
    expect((await rows()).map(({ samples }) => samples)).toEqual([4]);
  });

  it('waits in memory, and bounded, while the database is down, and is written when it is back', async () => {
    const { tick, archiver, samples } = await start(START);
    tick(10, (i) => i);
    await postgres.stop('immediate');
    const startedAt = performance.now();
    await archiver.archive();
    tick(10, (i) => i);
    await archiver.archive();
    expect(performance.now() - startedAt).toBeLessThan(5_000);
    expect(archiver.stats()).toMatchObject({ writtenBlocks: 0, failedWrites: 2, waitingBlocks: 2, droppedBlocks: 0 });
    expect(samples()!.values).toHaveLength(20);
    await postgres.restart();
    await eventually('everything is written', async () => {
      await archiver.archive();
      return archiver.stats().waitingBlocks === 0;
    });
    expect(archiver.stats()).toMatchObject({ writtenBlocks: 2, waitingBytes: 0, droppedBlocks: 0 });
    expect((await rows()).map(({ samples: written }) => written)).toEqual([10, 10]);
  });

  // The disk of a server cannot be filled here: a trigger fails as PostgreSQL does on a full one.
  it.each([
    [
      'a read-only database',
      ['ALTER DATABASE postgres SET default_transaction_read_only = on', KILL_OTHERS],
      ['BEGIN READ WRITE; ALTER DATABASE postgres RESET default_transaction_read_only; COMMIT', KILL_OTHERS],
      /read-only transaction/,
    ],
    [
      'a full disk',
      [
        `CREATE FUNCTION performance_gateway.no_space() RETURNS trigger LANGUAGE plpgsql AS
         $$ BEGIN RAISE 'could not extend file: No space left on device' USING ERRCODE = 'disk_full'; END $$`,
        `CREATE TRIGGER no_space BEFORE INSERT ON performance_gateway.series_blocks
         EXECUTE FUNCTION performance_gateway.no_space()`,
      ],
      ['DROP FUNCTION performance_gateway.no_space() CASCADE'],
      /No space left on device/,
    ],
  ])(
    '%s is told in health and log with its reason, also after an outage, and so is its end',
    async (_, breaks, mends, reason) => {
      const lines: string[] = [];
      for (const level of ['warn', 'log'] as const) {
        jest.spyOn(Logger.prototype, level).mockImplementation((...[line]: unknown[]) => void lines.push(String(line)));
      }
      const { tick, archiver, clock, health, module } = await start(START);
      const archiveFor = async (minutes: number) => {
        for (let minute = 0; minute < minutes; minute++) {
          tick(6, (i) => i);
          await archiver.archive();
        }
      };
      await archiveFor(1);
      expect(health()).toMatchObject({ status: 'up', problems: [] });
      await postgres.stop('immediate');
      await archiveFor(2);
      await postgres.restart();
      for (const sql of breaks) await postgres.query(sql);
      await eventually('the pool is connected again', () => module.get(Pools).postgres.state === 'up');
      const failedAt = clock.now();
      await archiveFor(4);
      const { status, problems } = health();
      expect(status).toBe('degraded');
      expect(problems).toEqual([expect.stringMatching(reason)]);
      expect(problems[0]).toContain(`since ${new Date(failedAt - 60_000).toISOString()}`);
      const told = lines.filter((line) => line.startsWith('Series blocks wait'));
      expect(told.filter((line) => reason.test(line))).toHaveLength(1);
      for (const sql of mends) await postgres.query(sql);
      await eventually('the blocks are written', async () => {
        await archiver.archive();
        return archiver.stats().waitingBlocks === 0;
      });
      expect(health()).toMatchObject({ status: 'up', problems: [] });
      expect(lines.filter((line) => line.startsWith('Series blocks are written to the database again'))).toHaveLength(
        1,
      );
      jest.restoreAllMocks();
    },
  );

  it.each([HOUR, 365 * 24 * HOUR])(
    'that lies ahead by %d ms does not end the sampling, and comes back in its time',
    async (aheadMs) => {
      const ahead = await start(START + aheadMs);
      ahead.tick(10, (i) => i);
      await stop();

      const second = await start(START);
      await second.restored();
      second.tick(3, (i) => 100 + i);
      expect(second.samples()!.values).toEqual([100, 101, 102]);
      expect(second.store.stats().dropped).toMatchObject({ out_of_order: 0 });
      const until = new Date(ahead.clock.now()).toISOString();
      expect(second.health()).toMatchObject({ status: 'up', remarks: [expect.stringContaining(`10 samples`)] });
      expect(second.health().remarks[0]).toContain(until);
      await stop();

      const third = await start(ahead.clock.now() + 60_000);
      await third.restored();
      expect(third.samples()!.values.slice(-10)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
      expect(third.health().remarks).toEqual([]);
    },
  );

  it('has what was measured last where the clock was set back, also after a restart', async () => {
    const first = await start(START + HOUR);
    first.tick(30, (i) => i);
    await first.archiver.archive();
    first.clock.step(-100_000);
    first.tick(5, (i) => 100 + i);
    const expected = [...Array.from({ length: 20 }, (_, i) => i), 100, 101, 102, 103, 104];
    expect(first.samples()!.values).toEqual(expected);
    await stop();
    const second = await start(first.clock.now());
    await second.restored();
    second.tick(1, () => 200);
    expect(second.samples()!.values).toEqual([...expected, 200]);
    expect(second.health()).toMatchObject({ status: 'up' });
  });

  it('is written every minute unless many series live, however many there once were', async () => {
    const many = Array.from({ length: 5_100 }, (_, i) => `many_${i}`);
    const first = await start(START);
    for (const name of many) first.append(name);
    await first.archiver.archive();
    expect(await rows()).toEqual([]);
    await first.archiver.archive();
    expect((await rows()).map(({ samples }) => samples)).toEqual([5_100]);
    await stop();

    const second = await start(first.clock.now() + 60_000);
    await second.restored();
    expect(second.store.stats().series).toBe(5_100);
    for (let minute = 1; minute <= 2; minute++) {
      second.tick(6, () => minute);
      await second.archiver.archive();
      expect((await rows()).map(({ samples }) => samples)).toEqual([5_100, ...Array<number>(minute).fill(6)]);
    }
  });

  it('leaves a damaged block out and brings the others back', async () => {
    const first = await start(START);
    for (let i = 0; i < 3; i++) {
      first.tick(10, () => i);
      await first.archiver.archive();
    }
    await stop();
    await postgres.query(`UPDATE performance_gateway.series_blocks SET data = set_byte(data, octet_length(data) / 2,
      get_byte(data, octet_length(data) / 2) # 255) WHERE id = (SELECT min(id) + 1 FROM performance_gateway.series_blocks)`);
    const second = await start(first.clock.now());
    await second.restored();
    expect(second.samples()!.values).toEqual([...Array<number>(10).fill(0), ...Array<number>(10).fill(2)]);
  });

  it('is purged beyond the retention and beyond its size', async () => {
    const { tick, archiver, clock, module } = await start(START - 25 * HOUR);
    for (let i = 0; i < 4; i++) {
      tick(10, () => Math.random());
      await archiver.archive();
    }
    clock.advance(24 * HOUR - 250_000);
    await archiver.purge();
    expect(await rows()).toHaveLength(3);
    const [latest] = await module.get(BlockTable).list(0);
    await module.get(BlockTable).purge(clock.now(), 24 * HOUR, latest!.bytes);
    expect((await rows()).map(({ to_ms }) => Number(to_ms))).toEqual([latest!.toMs]);
  });

  it('is purged at every start too, for a service that never runs for an hour', async () => {
    const first = await start(START - 25 * HOUR);
    first.tick(10, () => 1);
    await stop();
    expect(await rows()).toHaveLength(1);
    await start(START);
    await eventually('the old block is gone', async () => (await rows()).length === 0);
  });

  it('belongs to the copy that wrote it, until that one is gone and another takes its place', async () => {
    const first = await start(START, 'a');
    first.tick(10, () => 1);
    await stop();
    const neighbour = await start(first.clock.now(), 'b');
    neighbour.tick(1, () => 2, 'other');
    expect(neighbour.samples()).toBeUndefined();
    await stop();
    const heir = await start(first.clock.now() + HOUR, 'c');
    await heir.restored();
    expect(heir.samples('other')!.values).toEqual([2]);
  });
});
