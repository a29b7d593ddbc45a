import type { Provider } from '@nestjs/common';
import { availableMemory } from '../../common/available-memory';
import { MONITORING_OPTIONS, type MonitoringOptions } from '../monitoring.module-definition';
import { SeriesStore } from '../series/series-store';
import { defaultBytesTogether, limitsWithin } from './promql.options';
import { PromqlEngine } from './promql-engine';
import { SeriesCatalogue } from './series-catalogue';
import { StoredHistories } from './stored-histories';

/** Queries over the series store, for the monitoring module to list. */
export const promqlProviders: Provider[] = [
  {
    provide: PromqlEngine,
    inject: [SeriesStore, MONITORING_OPTIONS],
    useFactory: (store: SeriesStore, { queryMemoryLimitBytes }: MonitoringOptions) =>
      new PromqlEngine(store, limitsWithin(queryMemoryLimitBytes ?? defaultBytesTogether(availableMemory()))),
  },
  {
    provide: SeriesCatalogue,
    inject: [SeriesStore, PromqlEngine],
    useFactory: (store: SeriesStore, engine: PromqlEngine) => new SeriesCatalogue(store, engine),
  },
  StoredHistories,
];
