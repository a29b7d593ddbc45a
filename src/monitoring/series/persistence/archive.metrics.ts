import { Injectable, type OnModuleInit } from '@nestjs/common';
import { MetricsRegistry } from '../../registry/metrics-registry';
import { SeriesArchiver } from './series-archiver';
import { SeriesRestorer } from './series-restorer';

/** Whether the samples reach the database, and what a restart brought back. */
@Injectable()
export class ArchiveMetrics implements OnModuleInit {
  constructor(
    private readonly registry: MetricsRegistry,
    private readonly archiver: SeriesArchiver,
    private readonly restorer: SeriesRestorer,
  ) {}

  onModuleInit(): void {
    const { registry, archiver } = this;
    registry.counter(
      { name: 'monitoring_archive_blocks_written_total', help: 'Blocks of samples written to the database' },
      (emit) => emit(archiver.stats().writtenBlocks),
    );
    registry.counter(
      { name: 'monitoring_archive_write_failures_total', help: 'Writes of blocks that failed and are tried again' },
      (emit) => emit(archiver.stats().failedWrites),
    );
    registry.counter(
      { name: 'monitoring_archive_blocks_dropped_total', help: 'Blocks given up: the database was away too long' },
      (emit) => emit(archiver.stats().droppedBlocks),
    );
    registry.gauge(
      { name: 'monitoring_archive_waiting_bytes', help: 'Blocks that wait for the database', unit: 'bytes' },
      (emit) => emit(archiver.stats().waitingBytes),
    );
    registry.counter(
      { name: 'monitoring_archive_restored_samples_total', help: 'Samples of a former process brought back' },
      (emit) => emit(this.restorer.restoredSamples),
    );
  }
}
