import { Injectable, type OnModuleInit } from '@nestjs/common';
import { MetricsRegistry } from '../registry/metrics-registry';
import { SampleJournal } from '../series/journal/sample-journal';
import { SeriesArchiver } from '../series/persistence/series-archiver';
import { SeriesRestorer } from '../series/persistence/series-restorer';

/** Whether the samples reach the database, and what a restart brought back. */
@Injectable()
export class ArchiveMetrics implements OnModuleInit {
  constructor(
    private readonly registry: MetricsRegistry,
    private readonly archiver: SeriesArchiver,
    private readonly restorer: SeriesRestorer,
    private readonly journal: SampleJournal,
  ) {}

  onModuleInit(): void {
    const archive = this.registry.collector(() => this.archiver.stats());
    archive.counter(
      { name: 'monitoring_archive_blocks_written_total', help: 'Blocks of samples written to the database' },
      (stats, emit) => emit(stats.writtenBlocks),
    );
    archive.counter(
      { name: 'monitoring_archive_write_failures_total', help: 'Writes of blocks that failed and are tried again' },
      (stats, emit) => emit(stats.failedWrites),
    );
    archive.counter(
      { name: 'monitoring_archive_blocks_dropped_total', help: 'Blocks given up: the database was away too long' },
      (stats, emit) => emit(stats.droppedBlocks),
    );
    archive.gauge(
      { name: 'monitoring_archive_waiting_bytes', help: 'Blocks that wait for the database', unit: 'bytes' },
      (stats, emit) => emit(stats.waitingBytes),
    );
    archive.gauge(
      {
        name: 'monitoring_archive_failing_seconds',
        help: 'For how long no block could be written to the database; 0 while they are written',
        unit: 'seconds',
      },
      (stats, emit) => emit((stats.failure?.lastsMs ?? 0) / 1_000),
    );
    const journal = this.registry.collector(() => this.journal.stats());
    journal.gauge(
      { name: 'monitoring_journal_bytes', help: 'Files of samples that a crash must not lose', unit: 'bytes' },
      (stats, emit) => emit(stats.bytes),
    );
    journal.counter(
      { name: 'monitoring_journal_write_failures_total', help: 'Writes of samples to files that failed' },
      (stats, emit) => emit(stats.failedWrites),
    );
    journal.gauge(
      {
        name: 'monitoring_journal_failing_seconds',
        help: 'For how long no samples could be written to files; 0 while they are',
        unit: 'seconds',
      },
      (stats, emit) => emit((stats.failure?.lastsMs ?? 0) / 1_000),
    );
    journal.counter(
      { name: 'monitoring_journal_replayed_samples_total', help: 'Samples that the start brought back from files' },
      (stats, emit) => emit(stats.replayedSamples),
    );
    this.registry.counter(
      { name: 'monitoring_archive_restored_samples_total', help: 'Samples of a former process brought back' },
      (emit) => emit(this.restorer.restoredSamples),
    );
    this.registry.gauge(
      {
        name: 'monitoring_archive_set_aside_samples',
        help: 'Samples of a former process that were not brought back because their time has not come: its clock was ahead',
      },
      (emit) => emit(this.restorer.setAside.samples),
    );
  }
}
