// What another application imports as `performance-gateway/monitoring`; inside the project files are imported
// themselves.
export type { Alert } from './alerts/alert.list';
export type { AlertRule, AlertSeverity } from './alerts/alert.rule';
export { type AlertEvent, AlertsService } from './alerts/alerts.service';
export type { CounterFamily, CounterSeries } from './instruments/counter.family';
export { Counted, type CountedOptions } from './instruments/decorators/counted.decorator';
export { Timed, type TimedOptions } from './instruments/decorators/timed.decorator';
export type { GaugeFamily, GaugeSeries } from './instruments/gauge.family';
export type { HistogramFamily, HistogramSeries } from './instruments/histogram.family';
export { JobRuns } from './instruments/jobs/job.runs';
export { MetricConflictError, MetricInvalidError, MetricUnknownError } from './instruments/metric.errors';
export type { MetricDescription } from './instruments/metric-family';
export { MonitoringHealth, type MonitoringStats } from './instruments/monitoring.health';
export type { TimerFamily, TimerSeries } from './instruments/timer.family';
export { type BucketedDescription, MetricsService, type UserMetric } from './metrics.service';
export type { MonitoringModuleOptions } from './monitoring.module-definition';
export { MonitoringModule } from './monitoring.module';
export { SeriesStore, type SeriesStoreStats } from './series/series-store';
export { SERIES_TABLES } from './series/persistence/series.tables';
