import type { Provider } from '@nestjs/common';
import { Clock } from '../../common/clock';
import { MONITORING_OPTIONS, type MonitoringOptions } from '../monitoring.module-definition';
import { CompressedSeriesStore } from './compressed-series-store';
import { ExemplarStore } from './exemplar-store';
import { SeriesImporter } from './import/series-importer';
import { AbandonedJournals } from './journal/abandoned-journals';
import { SampleJournal } from './journal/sample-journal';
import { BlockTable } from './persistence/block-table';
import { SeriesArchiver } from './persistence/series-archiver';
import { SeriesRestorer } from './persistence/series-restorer';
import { SeriesStore } from './series-store';

/** The store, and what imports, archives and restores its samples, for the monitoring module to list. */
export const seriesProviders: Provider[] = [
  {
    provide: SeriesStore,
    inject: [MONITORING_OPTIONS, Clock],
    useFactory: (options: MonitoringOptions, clock: Clock) => new CompressedSeriesStore(options, clock),
  },
  { provide: ExemplarStore, useFactory: () => new ExemplarStore() },
  SeriesImporter,
  SampleJournal,
  AbandonedJournals,
  BlockTable,
  SeriesArchiver,
  SeriesRestorer,
];
