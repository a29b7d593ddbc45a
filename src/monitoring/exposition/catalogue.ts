import type { LoopSlices } from '../../common/loop-slices';
import type { MetricKind, MetricFamily, Sample } from '../registry/metric-family';

/** Of a metric with many label sets this many are shown; all of them are in the text formats and in PromQL. */
const LATEST_SHOWN = 20;

export interface CatalogueEntry {
  readonly name: string;
  readonly kind: MetricKind | 'summary';
  readonly help: string;
  readonly unit: string | null;
  readonly labels: readonly string[];
  /** How many time series the metric has. */
  readonly series: number;
  /**
   * What the first label sets hold now; of a histogram, timer or summary its count and sum. `null`: not a finite
   * number.
   */
  readonly latest: readonly LatestValue[];
}

export interface LatestValue {
  readonly labels: Readonly<Record<string, string>>;
  readonly value?: number | null;
  readonly count?: number;
  readonly sum?: number | null;
}

/** The list of all metrics as JSON text, in chunks, letting the event loop run others in between. */
export async function* catalogue(metrics: AsyncIterable<MetricFamily>, slices: LoopSlices): AsyncGenerator<string> {
  let separator = '[';
  for await (const metric of metrics) {
    yield separator + JSON.stringify(catalogueEntry(metric));
    separator = ',\n';
    await slices.pause();
  }
  yield separator === '[' ? '[]' : ']';
}

/** One metric as the list has it. */
export function catalogueEntry(metric: MetricFamily): CatalogueEntry {
  const samples = [...metric.samples()];
  const { name, kind, help, unit = null, labelNames: labels } = metric;
  const plain = metric.type === 'counter' || metric.type === 'gauge';
  const latest = plain ? samples.slice(0, LATEST_SHOWN).map(plainValue) : distributions(name, samples);
  return { name, kind, help, unit, labels, series: samples.length, latest };
}

function plainValue({ series, value }: Sample): LatestValue {
  return { labels: series.labels, value: finite(value) };
}

/** The sums and counts of a distribution come in the same order of label sets. */
function distributions(name: string, samples: readonly Sample[]): LatestValue[] {
  const sums = samples.filter(({ series }) => series.name === `${name}_sum`);
  const counts = samples.filter(({ series }) => series.name === `${name}_count`);
  return counts.slice(0, LATEST_SHOWN).map(({ series, value }, index) => ({
    labels: series.labels,
    count: value,
    sum: finite(sums[index]?.value ?? Number.NaN),
  }));
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
