import type { Provider } from '@nestjs/common';
import { MonitoringHealth } from './monitoring-health';
import { SamplingJob } from './sampling-job';
import { SeriesSampler } from './series-sampler';

/** What writes the metrics to the store at every interval, for the monitoring module to list. */
export const samplingProviders: Provider[] = [SeriesSampler, SamplingJob, MonitoringHealth];
