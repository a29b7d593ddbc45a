// What the routes need besides `index.ts`. Not exported by the package: it keeps series and answers requests in the terms
// of Prometheus's API, and may change with both, while another application has `MetricsService`, the decorators and that
// API itself.
export { type CatalogueEntry, catalogueEntry } from './exposition/catalogue';
export { METRICS_CONTENT_TYPES, type MetricsForm, MetricsWriter } from './exposition/metrics-writer';
export type { QueryRun } from './promql/evaluation/query-run';
export { formatQuery } from './promql/format/query-text';
export { formatValue } from './promql/format/number-text';
export { queryTree } from './promql/format/query-tree';
export { type ResultShape, writeResult } from './promql/format/result-writer';
export { parseFloat64 } from './promql/functions/go-math';
export { PromqlBadDataError, PromqlError } from './promql/promql.errors';
export { DEFAULT_PROMQL_OPTIONS } from './promql/promql.options';
export { PromqlEngine, type QueryOptions, type QueryResult } from './promql/promql-engine';
export { type CatalogueOptions, type CatalogueRequest, SeriesCatalogue } from './promql/series-catalogue';
export { type History, StoredHistories } from './promql/stored-histories';
export { parseExpression, parseSelectors } from './promql/syntax/expression-parser';
export { selectorsOf } from './promql/syntax/selectors-of';
export { MAX_QUERY_LENGTH } from './promql/syntax/grammar';
export { parseDuration } from './promql/syntax/literals';
export { PromqlParseError } from './promql/syntax/parse-error';
export { MONITORING_OPTIONS, type MonitoringOptions } from './monitoring.module-definition';
export { MetricsBusyError } from './registry/metric.errors';
export {
  LABEL_NAME,
  MAX_BUCKETS,
  MAX_HELP_LENGTH,
  MAX_LABEL_NAME_LENGTH,
  MAX_LABEL_VALUE_LENGTH,
  MAX_LABELS,
  MAX_METRIC_NAME_LENGTH,
  METRIC_NAME,
} from './registry/metric-description-rules';
export { exposedName } from './registry/exposed-names';
export { PushedMetrics } from './registry/pushed-metrics';
export { METRIC_KINDS } from './registry/metric-family';
export { MAX_MESSAGE_BYTES, RemoteWriteReceiver } from './remote-write/remote-write-receiver';
export { MonitoringHealth, type MonitoringStats } from './sampling/monitoring-health';
export { SamplingJob } from './sampling/sampling-job';
export { type ImportReport, SeriesImporter } from './series/import/series-importer';
export { ExemplarStore } from './series/exemplar-store';
export type { Matcher } from './series/matcher';
export { type MetricMetadata, SeriesStore, type SeriesStoreStats } from './series/series-store';
