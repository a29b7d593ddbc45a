import { Logger } from '@nestjs/common';
import * as fc from 'fast-check';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seriesNamed } from '../../../../test/support/selected-series';
import { ManualClock } from '../../../testing/manual-clock';
import { resolveMonitoringOptions } from '../../monitoring.module-definition';
import { CompressedSeriesStore } from '../compressed-series-store';
import { Labels } from '../labels';
import { isStale } from '../staleness';
import type { SeriesStore } from '../series-store';
import { SampleJournal } from './sample-journal';

const START = 1_700_000_000_000;
const OPTIONS = { retentionMs: 24 * 3_600_000, maxSeriesPerKind: 100, memoryLimitBytes: 1e9 };

const seen = (store: SeriesStore, name: string) => {
  const [found] = seriesNamed(store, name);
  return Array.from(found?.samples.timestamps ?? [], (time, i) => [
    time,
    isStale(found!.samples.values, i) ? 'stale' : found!.samples.values[i],
  ]);
};

describe('the journal of samples', () => {
  const root = mkdtempSync(join(tmpdir(), 'journal-'));
  const running: SampleJournal[] = [];
  beforeEach(() => jest.spyOn(Logger.prototype, 'log').mockImplementation(() => undefined));
  let folders = 0;
  const newFolder = () => join(root, String(++folders));
  afterEach(async () => {
    for (const journal of running.splice(0)) await journal.onApplicationShutdown();
    jest.restoreAllMocks();
  });
  afterAll(() => rmSync(root, { recursive: true }));

  async function start(journalDir: string, nowMs = START) {
    const clock = new ManualClock(nowMs);
    const store = new CompressedSeriesStore(OPTIONS, clock);
    const journal = new SampleJournal(resolveMonitoringOptions({ journalDir }), store, clock);
    await journal.onModuleInit();
    running.push(journal);
    /** Takes a sample of each series. */
    const tick = async (values: Readonly<Record<string, number | undefined>>, clockWasSet = false) => {
      clock.advance(10_000);
      store.beginTick(clock.now(), clockWasSet);
      for (const [name, value] of Object.entries(values)) {
        const ref = store.open(Labels.from({ __name__: name, 'ü"': '\n' }), 'counter')!;
        if (value === undefined) store.appendStale(ref, clock.now());
        else store.append(ref, clock.now(), value);
      }
      journal.flush();
      await journal.written();
    };
    return { clock, store, journal, tick };
  }

  /** The process is gone, as after SIGKILL: what it had not written is lost, and its lock is free. */
  async function kill(journal: SampleJournal): Promise<void> {
    await journal['files']!.close();
    running.splice(running.indexOf(journal), 1);
  }

  it('brings back what was taken, bit for bit: values, stale marks, times of their own, kinds and descriptions', async () => {
    const folder = newFolder();
    const first = await start(folder);
    await first.tick({ a: -0, b: NaN, c: 1 / 3 });
    await first.tick({ a: 1e308, b: 5, c: undefined });
    const imported = first.store.open(Labels.from({ __name__: 'i' }), 'gauge', 'imported')!;
    first.store.append(imported, START - 3_600_000, 7);
    first.store.append(imported, START + 1, -7);
    first.store.describe('i', { kind: 'gauge', help: 'of "others"\n', unit: 'bytes' }, 'imported');
    await first.tick({ a: 2 });
    await kill(first.journal);

    const second = await start(folder, first.clock.now());
    for (const name of ['a', 'b', 'c', 'i']) expect(seen(second.store, name)).toEqual(seen(first.store, name));
    expect(Object.is(seen(second.store, 'a')[0]![1], -0)).toBe(true);
    expect(second.store.metadata().get('i')).toEqual({ kind: 'gauge', help: 'of "others"\n', unit: 'bytes' });
    expect(second.store.open(Labels.from({ __name__: 'i' }), 'gauge', 'imported')!.guest).toBe(true);
    expect(second.journal.stats().replayedSamples).toBe(9);
    await second.tick({ a: 3 });
    expect(seen(second.store, 'a')).toHaveLength(4);
  });

  it('brings back what a clock that was set back hid and showed', async () => {
    const folder = newFolder();
    const { store, journal, tick, clock } = await start(folder);
    for (let i = 1; i <= 300; i++) await tick({ a: i });
    clock.step(-1_000_000);
    await tick({ a: 1_000 }, true);
    for (let i = 1; i <= 20; i++) await tick({ a: 1_000 + i });
    await kill(journal);
    const again = await start(folder, clock.now());
    expect(seen(again.store, 'a')).toEqual(seen(store, 'a'));
    expect(seen(again.store, 'a')).toHaveLength(221);
  });

  it('takes a segment that ends anywhere for what it holds up to there, and goes on behind it', async () => {
    const folder = newFolder();
    const { store, journal, tick, clock } = await start(folder);
    for (let i = 1; i <= 12; i++) await tick({ a: i, [`n${i}`]: i });
    const whole = seen(store, 'a');
    await kill(journal);
    const bytes = readFileSync(join(folder, '1.samples'));
    let before = 0;
    for (let length = 0; length <= bytes.length; length++) {
      const torn = newFolder();
      mkdirSync(torn);
      writeFileSync(join(torn, '1.samples'), bytes.subarray(0, length));
      const again = await start(torn, clock.now());
      const found = seen(again.store, 'a');
      expect(found).toEqual(whole.slice(0, found.length));
      expect(found.length).toBeGreaterThanOrEqual(before);
      before = found.length;
      await kill(again.journal);
      rmSync(torn, { recursive: true });
    }
    expect(before).toBe(12);
  });

  it('never makes a sample of a damaged byte, and says which file cannot be read', async () => {
    const folder = newFolder();
    const { store, journal, tick, clock } = await start(folder);
    for (let i = 1; i <= 12; i++) await tick({ a: i });
    const whole = seen(store, 'a');
    await kill(journal);
    const bytes = readFileSync(join(folder, '1.samples'));
    const warn = jest.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
        const damaged = newFolder();
        mkdirSync(damaged);
        writeFileSync(
          join(damaged, '1.samples'),
          bytes.map((byte, i) => (i === at ? byte ^ flip : byte)),
        );
        warn.mockClear();
        const again = await start(damaged, clock.now());
        const found = seen(again.store, 'a');
        expect(found).toEqual(whole.slice(0, found.length));
        expect(found.length).toBeLessThan(12);
        await again.tick({ a: 99 });
        expect(seen(again.store, 'a')).toHaveLength(found.length + 1);
        await kill(again.journal);
      }),
      { numRuns: 100 },
    );
    expect(warn.mock.calls.flat().join()).toContain('1.samples in');
  });

  it('brings back nothing that was saved elsewhere, and deletes segments of which all is', async () => {
    const folder = newFolder();
    const first = await start(folder);
    await first.tick({ a: 1, b: 1 });
    const place = first.journal.mark()!;
    await first.tick({ a: 2 });
    first.journal.saved(place);
    await first.tick({ a: 3 });
    await kill(first.journal);
    const second = await start(folder, first.clock.now());
    expect(seen(second.store, 'a').map(([, value]) => value)).toEqual([2, 3]);
    expect(seen(second.store, 'b')).toEqual([]);
    await second.tick({ a: 4 });
    second.journal.saved(second.journal.mark()!);
    await second.tick({ a: 5 });
    expect(readdirSync(folder).toSorted()).toEqual(['2.samples', 'lock']);
    await kill(second.journal);
    const third = await start(folder, second.clock.now());
    expect(seen(third.store, 'a').map(([, value]) => value)).toEqual([5]);
  });

  it('is bounded, whatever is taken, and begins segments that explain themselves', async () => {
    const folder = newFolder();
    const { store, journal, clock } = await start(folder);
    Object.assign(journal, { limits: { segmentBytes: 40_000, bytes: 640_000 } });
    const refs = Array.from({ length: 90 }, (_, i) => store.open(Labels.from({ __name__: 'm', i: `${i}` }), 'gauge')!);
    for (let i = 0; i < 1_000; i++) {
      clock.advance(100);
      store.beginTick(clock.now());
      for (const ref of refs) store.append(ref, clock.now(), i / 7);
      journal.flush();
      if (i % 10 === 0) await journal.written();
    }
    await journal.written();
    expect(journal.stats().bytes).toBeLessThan(690_000);
    expect(journal.stats().bytes).toBeGreaterThan(580_000);
    await kill(journal);
    const again = await start(folder, clock.now());
    const samples = again.journal.stats().replayedSamples;
    expect(samples).toBeGreaterThan(60_000);
    expect(samples % refs.length).toBe(0);
  });

  it('says once that a folder cannot be written to, and goes on when it can', async () => {
    const warn = jest.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
    const parent = newFolder();
    writeFileSync(parent, 'a file where the folder should be');
    const { journal, tick, store } = await start(join(parent, 'x'));
    await tick({ a: 1 });
    await tick({ a: 2 });
    expect(journal.isWorking).toBe(false);
    expect(journal.problem()).toMatch(/a crash would lose samples, which cannot be written to .*: E(NOTDIR|EXIST)/);
    expect(warn).toHaveBeenCalledTimes(1);
    rmSync(parent);
    await tick({ a: 3 });
    await tick({ a: 4 });
    expect(journal.problem()).toBeUndefined();
    await kill(journal);
    const again = await start(join(parent, 'x'), START + 40_000);
    expect(seen(again.store, 'a')).toEqual(seen(store, 'a').slice(-1));
  });

  it('goes on in another segment when a write fails, and two processes do not share a folder', async () => {
    const warn = jest.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
    const folder = newFolder();
    const { journal, tick, clock } = await start(folder);
    await tick({ a: 1 });
    const append = jest.spyOn(journal['files']!, 'append').mockRejectedValue(new Error('ENOSPC: no space left'));
    await tick({ a: 2 });
    await tick({ a: 3 });
    expect(journal.problem()).toContain('ENOSPC');
    expect(warn).toHaveBeenCalledTimes(1);
    append.mockRestore();
    await tick({ a: 4 });
    expect(journal.problem()).toBeUndefined();
    const other = await start(folder, clock.now());
    expect(other.journal.problem()).toContain('another process writes to');
    await kill(journal);
    const again = await start(folder, clock.now());
    expect(seen(again.store, 'a').map(([, value]) => value)).toEqual([1, 4]);
  });
});
