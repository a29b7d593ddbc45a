import type { PromqlEngine, QueryResult } from '../monitoring/promql/promql-engine';
import type { TickOutcome } from '../monitoring/sampling/series-sampler';
import { Labels } from '../monitoring/series/labels';
import { conditionOf } from './alert-condition';
import { AlertEvaluator, type AlertReading } from './alert-evaluator';
import type { AlertRule } from './alert-rule';

/** A rule that takes longer would delay all others (ms). */
const TIMEOUT_MS = 5_000;
/** Sampling intervals without samples after which the data no longer tells how things are. */
const LATE_TICKS = 3;

/** The sampling that the rules rely on. */
export interface Sampling {
  readonly intervalMs: number;
  lastTick(): TickOutcome | undefined;
}

/**
 * Evaluates rules as PromQL over the series store. For a comparison with a number it also reads the series for which the
 * comparison is false, so that inactive alerts have a value too.
 */
export class PromqlAlertEvaluator extends AlertEvaluator {
  constructor(
    private readonly engine: PromqlEngine,
    private readonly sampling: Sampling,
  ) {
    super();
  }

  dataProblem(timeMs: number): string | undefined {
    const { intervalMs } = this.sampling;
    const lastTick = this.sampling.lastTick();
    if (lastTick === undefined) return undefined; // no rule has said anything yet
    const tick = `those of ${new Date(lastTick.atMs).toISOString()}`;
    if (lastTick.kept === 0 && lastTick.refused > 0) return `no samples are kept: there are newer ones than ${tick}`;
    if (timeMs - lastTick.atMs > LATE_TICKS * intervalMs) return `no samples are taken: the last are ${tick}`;
    if (lastTick.atMs - timeMs > intervalMs) return `the clock was set back: the last samples are ${tick}`;
    return undefined;
  }

  async evaluate({ expr }: AlertRule, timeMs: number): Promise<AlertReading[]> {
    const active = await this.query(expr, timeMs);
    const { valueExpr } = conditionOf(expr);
    const readings = valueExpr === undefined ? active : await this.query(valueExpr, timeMs);
    return [...readings].map(([key, { labels, value }]) => ({ labels, value, active: active.has(key) }));
  }

  private async query(expr: string, timeMs: number) {
    const result = await this.engine.instant(expr, timeMs, { timeoutMs: TIMEOUT_MS });
    return new Map(samplesOf(result).map((sample) => [sample.labels.key, sample]));
  }
}

function samplesOf({ value }: QueryResult): { labels: Labels; value: number }[] {
  if (value.type === 'scalar') return [{ labels: Labels.EMPTY, value: value.values[0]! }];
  if (value.type !== 'vector') throw new Error(`an alert rule yields a vector or a number, not a ${value.type}`);
  return value.columns.map(({ labels, values }) => ({ labels: labels.withoutName(), value: values[0]! }));
}
