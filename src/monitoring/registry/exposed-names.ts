import type { ExposedType, MetricKind } from './metric-family';

const COUNTER_END = '_total';
/** What Prometheus adds to every target by itself. */
const OF_PROMETHEUS: ReadonlySet<string> = new Set([
  'up',
  'scrape_duration_seconds',
  'scrape_samples_scraped',
  'scrape_samples_post_metric_relabeling',
  'scrape_series_added',
]);

/**
 * The one name of a metric, in PromQL and in every text: that of a counter ends in `_total`, because OpenMetrics, which
 * Prometheus asks for, knows no other.
 */
export function exposedName(type: ExposedType | MetricKind, name: string): string {
  const ends = name.endsWith(COUNTER_END) && name.length > COUNTER_END.length;
  return type === 'counter' && !ends ? name + COUNTER_END : name;
}

/** Every name that belongs to the metric alone: its family's in OpenMetrics and those of its series. */
export function namesOf(type: ExposedType, metricName: string): readonly string[] {
  const name = exposedName(type, metricName);
  if (type === 'gauge') return [name];
  if (type === 'counter') {
    const family = name.slice(0, -COUNTER_END.length);
    return [name, family, `${family}_created`];
  }
  const names = [name, `${name}_sum`, `${name}_count`, `${name}_created`];
  return type === 'histogram' ? [...names, `${name}_bucket`] : names;
}

/** Whether Prometheus has series of that name for every target, which a metric would be mixed with. */
export function isOfPrometheus(name: string): boolean {
  return OF_PROMETHEUS.has(name);
}
