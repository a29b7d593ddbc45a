import type { BenchmarkRun } from './benchmark-run';
import { FineHistogram } from './load/fine-histogram';
import type { PhaseFigures } from './scenario';

const LATENCIES = ['meanMs', 'p50Ms', 'p95Ms', 'p99Ms', 'p999Ms', 'p9999Ms', 'maxMs'] as const;

/** A line for each phase; what a phase does not have is left empty. */
export function runAsCsv({ outcome }: BenchmarkRun): string {
  const head = ['phase', 'operations', 'durationMs', 'perSecond', ...LATENCIES].join(',');
  const lines = Object.entries(outcome?.phases ?? {}).map(([name, { operations, durationMs, perSecond, latency }]) =>
    [quoted(name), operations, durationMs, perSecond, ...LATENCIES.map((figure) => latency[figure] ?? '')].join(','),
  );
  return `${[head, ...lines].join('\n')}\n`;
}

/** What a run found, for a report or a pull request. */
export function runAsMarkdown({ id, scenario, startedAtMs, state, outcome }: BenchmarkRun): string {
  const phases = Object.entries(outcome?.phases ?? {}).map(([name, { operations, perSecond, latency }]) =>
    row([name, String(operations), figure(perSecond), ...LATENCIES.map((of) => figure(latency[of]))]),
  );
  const titles = ['phase', 'requests', 'per second', ...LATENCIES.map((of) => of.replace('Ms', ' ms'))];
  const estimates = Object.entries(outcome?.estimates ?? {}).map(([name, value]) => `- ${name}: ${estimated(value)}`);
  return [
    `# Benchmark ${id}: ${scenario}, ${state}`,
    `Started ${new Date(startedAtMs).toISOString()}.`,
    ...(outcome?.invalid === undefined ? [] : [`**${outcome.invalid}**`]),
    ...(outcome?.verdict === undefined ? [] : [outcome.verdict]),
    [row(titles), row(titles.map(() => '---')), ...phases].join('\n'),
    ...(estimates.length === 0 ? [] : [estimates.join('\n')]),
  ]
    .join('\n\n')
    .concat('\n');
}

/**
 * A phase's latencies as HdrHistogram's plotters read them (`.hgrm`): the value in ms, its percentile, how many are up to
 * it, and 1 / (1 − percentile). Undefined where the phase keeps no histogram.
 */
export function phaseAsHgrm({ histogram: counts }: PhaseFigures): string | undefined {
  if (counts === undefined) return undefined;
  const histogram = FineHistogram.from(counts);
  const { count } = histogram;
  const lines = [...histogram.steps()].map(({ ms, upTo }) => {
    const share = upTo / count;
    const inverse = upTo === count ? '' : (1 / (1 - share)).toFixed(2);
    return `${ms.toFixed(3).padStart(12)} ${share.toFixed(12)} ${String(upTo).padStart(10)} ${inverse.padStart(14)}`.trimEnd();
  });
  return [
    '       Value     Percentile TotalCount 1/(1-Percentile)',
    '',
    ...lines,
    `#[Mean    = ${histogram.meanMs.toFixed(3).padStart(12)}, StdDeviation   = ${deviationMs(histogram).toFixed(3).padStart(12)}]`,
    `#[Max     = ${histogram.maxMs.toFixed(3).padStart(12)}, Total count    = ${String(count).padStart(12)}]`,
    '',
  ].join('\n');
}

function deviationMs(histogram: FineHistogram): number {
  let [squares, before] = [0, 0];
  for (const { ms, upTo } of histogram.steps()) {
    squares += (upTo - before) * (ms - histogram.meanMs) ** 2;
    before = upTo;
  }
  return histogram.count === 0 ? 0 : Math.sqrt(squares / histogram.count);
}

const quoted = (text: string): string => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

const figure = (value: number | undefined): string => (value === undefined ? '' : value.toFixed(value < 10 ? 3 : 1));

function estimated(
  value: number | null | { readonly value: number; readonly low: number; readonly high: number },
): string {
  if (value === null) return 'none';
  if (typeof value === 'number') return String(value);
  return `${value.value.toPrecision(4)} (${value.low.toPrecision(4)} to ${value.high.toPrecision(4)})`;
}

const row = (cells: readonly string[]): string => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
