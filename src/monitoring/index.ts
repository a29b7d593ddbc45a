// What another application imports as `performance-gateway/monitoring`.
import './packages';
export type { CounterFamily, Counter } from './registry/counter-family';
export { Counted, type CountedOptions } from './collectors/methods/counted.decorator';
export { Timed, type TimedOptions } from './collectors/methods/timed.decorator';
export { nameRoute } from '../common/route-template';
export type { GaugeFamily, Gauge } from './registry/gauge-family';
export type { HistogramFamily, Histogram } from './registry/histogram-family';
export { JobRuns } from '../jobs/job-runs';
export { MetricConflictError, MetricInvalidError, MetricUnknownError } from './registry/metric.errors';
export type { MetricDescription } from './registry/registered-family';
export type { TimerFamily, Timer } from './registry/timer-family';
export { type BucketedDescription, MetricsService, type UserMetric } from './registry/metrics.service';
export type { MonitoringModuleOptions } from './monitoring.module-definition';
export { MonitoringModule } from './monitoring.module';
