import { Logger } from '@nestjs/common';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JobScheduler } from '../../../jobs/job-scheduler';
import { ManualClock } from '../../../testing/manual-clock';
import { resolveMonitoringOptions } from '../../monitoring.module-definition';
import { AbandonedJournals } from './abandoned-journals';
import { SegmentFiles } from './segment-files';

const HOUR = 3_600_000;

describe('journals of processes that are gone', () => {
  let parent: string;
  const open: SegmentFiles[] = [];
  const clock = new ManualClock();
  beforeEach(() => (parent = mkdtempSync(join(tmpdir(), 'journals-'))));
  afterEach(async () => {
    for (const files of open.splice(0)) await files.close();
    rmSync(parent, { recursive: true });
    jest.restoreAllMocks();
  });

  /** A journal of a process that wrote last so long ago. */
  async function journal(name: string, ageMs: number): Promise<SegmentFiles> {
    const files = SegmentFiles.open(join(parent, name));
    await files.append(1, Buffer.from('samples'));
    await files.closeCurrent();
    const seconds = (clock.now() - ageMs) / 1_000;
    for (const file of ['lock', '1.samples']) utimesSync(join(parent, name, file), seconds, seconds);
    return files;
  }
  const gone = async (name: string, ageMs: number) => (await journal(name, ageMs)).close();
  const purge = () =>
    new AbandonedJournals(
      resolveMonitoringOptions({ journalDir: join(parent, 'own'), retentionMs: 24 * HOUR }),
      clock,
      {} as JobScheduler,
    ).purge();

  it('are deleted after the retention, and it is said; those that live or are something else never are', async () => {
    const log = jest.spyOn(Logger.prototype, 'log').mockImplementation(() => undefined);
    open.push(await journal('own', 90 * HOUR), await journal('alive', 90 * HOUR));
    await gone('old', 25 * HOUR);
    await gone('recent', 23 * HOUR);
    await gone('with-a-letter', 90 * HOUR);
    writeFileSync(join(parent, 'with-a-letter', 'letter.txt'), 'Dear');
    mkdirSync(join(parent, 'empty'));
    writeFileSync(join(parent, 'file'), '');
    await purge();
    expect(readdirSync(parent).toSorted()).toEqual(['alive', 'empty', 'file', 'own', 'recent', 'with-a-letter']);
    expect(readdirSync(join(parent, 'alive'))).toHaveLength(2);
    expect(log.mock.calls.flat()).toEqual([expect.stringMatching(/processes that are gone.*: old$/)]);
    await purge();
    expect(log).toHaveBeenCalledTimes(1);
  });

  it('are 32 at most, the latest', async () => {
    jest.spyOn(Logger.prototype, 'log').mockImplementation(() => undefined);
    open.push(await journal('own', 0));
    for (let i = 0; i < 40; i++) await gone(`pod-${i}`, i * 60_000);
    await purge();
    const left = Array.from({ length: 32 }, (_, i) => `pod-${i}`);
    expect(readdirSync(parent).toSorted()).toEqual(['own', ...left].toSorted());
  });

  it('are no fault where there is no folder yet', async () => {
    rmSync(parent, { recursive: true });
    await expect(purge()).resolves.toBeUndefined();
    mkdirSync(parent);
  });
});
