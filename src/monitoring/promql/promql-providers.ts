import type { Provider } from '@nestjs/common';
import { SeriesStore } from '../series/series-store';
import { PromqlEngine } from './promql-engine';
import { SeriesCatalogue } from './series-catalogue';

/** Queries over the series store, for the monitoring module to list. */
export const promqlProviders: Provider[] = [
  { provide: PromqlEngine, inject: [SeriesStore], useFactory: (store: SeriesStore) => new PromqlEngine(store) },
  {
    provide: SeriesCatalogue,
    inject: [SeriesStore, PromqlEngine],
    useFactory: (store: SeriesStore, engine: PromqlEngine) => new SeriesCatalogue(store, engine),
  },
];
