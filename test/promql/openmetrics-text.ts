import type { SourceSeries } from './memory-source';

const escape = (value: string) => value.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\n/g, '\\n');

function number(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  return value === Infinity ? '+Inf' : value === -Infinity ? '-Inf' : String(value);
}

/** The series as `promtool tsdb create-blocks-from openmetrics` reads them. */
export function openMetricsText(series: readonly SourceSeries[]): string {
  const lines: string[] = [];
  for (const { labels, samples } of series) {
    const { __name__: name, ...others } = labels;
    const text = Object.entries(others).map(([label, value]) => `${label}="${escape(value)}"`);
    const selector = text.length === 0 ? name : `${name}{${text.join(',')}}`;
    for (const [time, value] of samples) lines.push(`${selector} ${number(value!)} ${(time / 1_000).toFixed(3)}`);
  }
  return `${lines.join('\n')}\n# EOF\n`;
}
