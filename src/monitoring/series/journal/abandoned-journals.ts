import { Inject, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Clock } from '../../../common/clock';
import { JobScheduler } from '../../../jobs/job-scheduler';
import { MONITORING_OPTIONS, type MonitoringOptions } from '../../monitoring.module-definition';
import { SegmentFiles } from './segment-files';

const PURGE_INTERVAL_MS = 60 * 60_000;
/** Journals of processes that are gone which may lie beside this one's, at 64 MB each at most. */
const MAX_ABANDONED = 32;

interface Abandoned {
  readonly folder: string;
  readonly writtenMs: number;
}

/**
 * Deletes the journals beside this process's own that nobody writes to any more, at the start and every hour: those
 * written last before the retention, and all but the latest 32. A folder in which anything else lies is left alone.
 */
@Injectable()
export class AbandonedJournals implements OnApplicationBootstrap {
  private readonly logger = new Logger(AbandonedJournals.name);

  constructor(
    @Inject(MONITORING_OPTIONS) private readonly options: MonitoringOptions,
    private readonly clock: Clock,
    private readonly jobs: JobScheduler,
  ) {}

  onApplicationBootstrap(): void {
    if (this.options.journalDir === undefined) return;
    const job = this.jobs.add({
      name: 'journal-purge',
      everyMs: PURGE_INTERVAL_MS,
      run: () => this.purge(),
      failure: 'Journals of processes that are gone could not be deleted',
    });
    void job.runNow();
  }

  /** @throws what the file system failed with */
  async purge(): Promise<void> {
    const { journalDir, retentionMs } = this.options;
    if (journalDir === undefined) return;
    const fromMs = this.clock.now() - retentionMs;
    const others = await this.others(journalDir);
    const tooMany = new Set(others.toSorted((a, b) => b.writtenMs - a.writtenMs).slice(MAX_ABANDONED));
    const deleted = others.filter(
      (other) => (other.writtenMs < fromMs || tooMany.has(other)) && SegmentFiles.deleteAll(other.folder),
    );
    if (deleted.length === 0) return;
    const names = deleted.map(({ folder }) => basename(folder)).join(', ');
    this.logger.log(`Deleted the samples of processes that are gone, in ${dirname(journalDir)}: ${names}`);
  }

  /** The journals beside this one that no process has. */
  private async others(own: string): Promise<Abandoned[]> {
    const parent = dirname(own);
    const found: Abandoned[] = [];
    for (const entry of await readdir(parent, { withFileTypes: true }).catch(nothingThere)) {
      const folder = join(parent, entry.name);
      if (!entry.isDirectory() || entry.name === basename(own) || !SegmentFiles.isAbandoned(folder)) continue;
      const times = await Promise.all(
        (await readdir(folder)).map(async (name) => (await stat(join(folder, name))).mtimeMs),
      );
      found.push({ folder, writtenMs: Math.max(...times) });
    }
    return found;
  }
}

function nothingThere(error: NodeJS.ErrnoException): [] {
  if (error.code === 'ENOENT') return [];
  throw error;
}
