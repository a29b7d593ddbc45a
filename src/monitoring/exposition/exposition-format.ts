import { labelText } from '../registry/label-text';
import type { MetricFamily, Sample, SampleSeries } from '../registry/metric-family';

/**
 * How one of the two text formats writes a metric; see prometheus.io/docs/instrumenting/exposition_formats and
 * OpenMetrics 1.0.
 */
export interface ExpositionFormat {
  readonly contentType: string;
  readonly end: string;
  header(metric: MetricFamily): string;
  /** What follows the value of a sample that has an exemplar. */
  exemplar(sample: Sample): string;
  /** The line that says when the label set came into being, behind the sample of it that every kind has. */
  created(metric: MetricFamily, series: SampleSeries): string;
}

const TOTAL = /_total$/;

export const PROMETHEUS_TEXT: ExpositionFormat = {
  contentType: 'text/plain; version=0.0.4; charset=utf-8',
  end: '',
  header: ({ name, help, type }) => `# HELP ${name} ${escapeHelp(help)}\n# TYPE ${name} ${type}\n`,
  exemplar: () => '',
  created: () => '',
};

export const OPEN_METRICS: ExpositionFormat = {
  contentType: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
  end: '# EOF\n',
  header(metric) {
    // In OpenMetrics the counter's family is named without the `_total` of its samples, and a unit must end the name.
    const name = metric.type === 'counter' ? metric.name.replace(TOTAL, '') : metric.name;
    const help = escapeHelp(metric.help).replaceAll('"', '\\"');
    const unit = metric.unit !== undefined && name.endsWith(`_${metric.unit}`) ? `# UNIT ${name} ${metric.unit}\n` : '';
    return `# HELP ${name} ${help}\n# TYPE ${name} ${metric.type}\n${unit}`;
  },
  exemplar({ exemplar }) {
    if (exemplar === undefined) return '';
    return ` # ${labelText(exemplar.labels) || '{}'} ${valueText(exemplar.value)} ${exemplar.timestampMs / 1_000}`;
  },
  created({ name, type, startsAtZero }, series) {
    if (type === 'gauge' || !startsAtZero || series.name !== (type === 'counter' ? name : `${name}_count`)) return '';
    return `${type === 'counter' ? name.replace(TOTAL, '') : name}_created${series.labelText} ${series.createdMs / 1_000}\n`;
  },
};

/** A value as both formats write it. */
export function valueText(value: number): string {
  if (Number.isFinite(value)) return String(value);
  if (Number.isNaN(value)) return 'NaN';
  return value > 0 ? '+Inf' : '-Inf';
}

function escapeHelp(help: string): string {
  return help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}
