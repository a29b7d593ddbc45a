import { Injectable, type OnModuleInit, Optional } from '@nestjs/common';
import { CopiesJob } from '../../copies/copies-job';
import { MetricsRegistry } from '../registry/metrics-registry';

/** Whether this copy knows of the others, and leads; without values where there is no database through which it could. */
@Injectable()
export class CopiesMetrics implements OnModuleInit {
  constructor(
    private readonly registry: MetricsRegistry,
    @Optional() private readonly copies?: CopiesJob,
  ) {}

  onModuleInit(): void {
    const state = this.registry.collector(() => (this.copies?.isShared ? this.copies.stats() : undefined));
    state.gauge(
      { name: 'copies_leading', help: '1 in the copy that runs the jobs that one copy does for all' },
      (stats, emit) => emit(Number(stats.leads)),
    );
    state.counter(
      { name: 'copies_beats_missed_total', help: 'Beats, one a second, that did not reach the database of the copies' },
      (stats, emit) => emit(stats.missedBeats),
    );
    state.gauge(
      {
        name: 'copies_beat_age_seconds',
        help: 'Since when this copy does not reach the others: the time since its last beat, of which one a second is due',
        unit: 'seconds',
      },
      (stats, emit) => emit(stats.beatAgeMs / 1_000),
    );
    state.gauge(
      { name: 'copies_changes_refused', help: 'Changes of other copies over HTTP that could not be made in this one' },
      (stats, emit) => emit(stats.refusedChanges),
    );
  }
}
