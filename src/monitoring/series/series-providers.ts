import type { Provider } from '@nestjs/common';
import { Clock } from '../../common/clock';
import { MONITORING_OPTIONS, type MonitoringOptions } from '../monitoring.module-definition';
import { CompressedSeriesStore } from './compressed-series-store';
import { SeriesImporter } from './import/series-importer';
import { ArchiveMetrics } from './persistence/archive.metrics';
import { BlockTable } from './persistence/block-table';
import { SeriesArchiver } from './persistence/series-archiver';
import { SeriesRestorer } from './persistence/series-restorer';
import { SeriesSampler } from '../sampling/series-sampler';
import { SamplingJob } from '../sampling/sampling-job';
import { SeriesStore } from './series-store';

/** The store and what fills it, for the monitoring module to list. */
export const seriesProviders: Provider[] = [
  {
    provide: SeriesStore,
    inject: [MONITORING_OPTIONS, Clock],
    useFactory: (options: MonitoringOptions, clock: Clock) => new CompressedSeriesStore(options, clock),
  },
  SeriesSampler,
  SamplingJob,
  SeriesImporter,
  BlockTable,
  SeriesArchiver,
  SeriesRestorer,
  ArchiveMetrics,
];
