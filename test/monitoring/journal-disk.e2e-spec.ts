import { Logger } from '@nestjs/common';
import { join } from 'node:path';
import { resolveMonitoringOptions } from '../../src/monitoring/monitoring.module-definition';
import { CompressedSeriesStore } from '../../src/monitoring/series/compressed-series-store';
import { SampleJournal } from '../../src/monitoring/series/journal/sample-journal';
import { Labels } from '../../src/monitoring/series/labels';
import { ManualClock } from '../../src/testing/manual-clock';
import { seriesNamed } from '../support/selected-series';
import { SmallDisk } from '../support/small-disk';

const LIMITS = { retentionMs: 86_400_000, maxSeriesPerKind: 5_000, memoryLimitBytes: 1e9 };
const SERIES = 2_000;

/** The disk is a real one, filled to its last byte. */
describe('the journal of samples on a disk that fills up', () => {
  let disk: SmallDisk;
  const journals: SampleJournal[] = [];
  beforeAll(() => {
    Logger.overrideLogger(false);
    disk = SmallDisk.mount(16);
  });
  afterAll(async () => {
    for (const journal of journals) await journal.onApplicationShutdown();
    disk.unmount();
  });

  async function start(nowMs: number) {
    const clock = new ManualClock(nowMs);
    const store = new CompressedSeriesStore(LIMITS, clock);
    const journalDir = join(disk.path, 'samples');
    const journal = new SampleJournal(resolveMonitoringOptions({ journalDir }), store, clock);
    journals.push(journal);
    await journal.onModuleInit();
    const tick = async () => {
      clock.advance(10_000);
      store.beginTick(clock.now());
      for (let i = 0; i < SERIES; i++) {
        store.append(store.open(Labels.from({ __name__: 'm', i: String(i) }), 'gauge')!, clock.now(), i);
      }
      journal.flush();
      await journal.written();
    };
    const times = () => seriesNamed(store, 'm').map(({ samples }) => Array.from(samples.timestamps));
    return { clock, store, journal, tick, times };
  }

  it('says why, keeps what it had, and goes on when there is room; nothing of it is damaged', async () => {
    const { clock, store, journal, tick } = await start(Date.now());
    const kept: number[] = [];
    const keptTick = async () => {
      await tick();
      kept.push(clock.now());
    };
    for (let i = 0; i < 3; i++) await keptTick();
    disk.fill();
    for (let i = 0; i < 3; i++) await tick();
    expect(journal.isWorking).toBe(false);
    expect(journal.problem()).toMatch(/cannot be written to .*samples since .*: ENOSPC/);
    expect(seriesNamed(store, 'm')).toHaveLength(SERIES);
    disk.empty();
    for (let i = 0; i < 3; i++) await keptTick();
    expect(journal.problem()).toBeUndefined();
    await journal.onApplicationShutdown();

    const warned = jest.spyOn(Logger.prototype, 'warn');
    const next = await start(clock.now());
    // What was begun while the disk was full is a record that was cut off, as by a crash: no damage, and no samples.
    const brought = next.times();
    expect(brought).toHaveLength(SERIES);
    for (const times of brought) expect(times.filter((time) => !kept.includes(time))).toHaveLength(times.length - 6);
    expect(brought[0]).toEqual(expect.arrayContaining(kept));
    expect(warned.mock.calls).toEqual([]);
  });
});
