import type { Clock } from '../../common/clock';
import { LoopSlices } from '../../common/loop-slices';
import type { PromqlEngine } from '../../monitoring/promql/promql-engine';
import type { Expr } from '../../monitoring/promql/syntax/ast';
import { parseExpression } from '../../monitoring/promql/syntax/expression-parser';
import { TemplateMap } from '../template/template-values';
import type { GroupParts } from './group-run';
import { RuleTemplates, type RuleTemplateSurroundings } from './rule-template';
import { type RuleSeriesSink, samplesOf } from './rule-sample';

/** A rule that takes longer (ms) would delay all others of its group. */
const QUERY_TIMEOUT_MS = 10_000;

/** Over what rules are evaluated. */
export interface RuleGround {
  readonly engine: PromqlEngine;
  /** Takes what the rules yield. */
  readonly sink: RuleSeriesSink;
  readonly clock: Clock;
  readonly surroundings: RuleTemplateSurroundings;
}

/**
 * What groups of rules need, over a series store: rules that are evaluated exactly as Prometheus does, so that what an
 * evaluation does not yield is over. Who evaluates them live changes `keeps` and `vanished`.
 */
export function groupParts({ engine, sink, clock, surroundings }: RuleGround): GroupParts {
  const slices = new LoopSlices(clock, { sliceMs: 2 });
  const query = async (expr: Expr, timeMs: number) =>
    samplesOf(await engine.instant(expr, timeMs, { timeoutMs: QUERY_TIMEOUT_MS }));
  return {
    templates: new RuleTemplates(surroundings),
    query,
    ask: (timeMs) => async (text) => {
      const samples = await query(parseExpression(text), timeMs);
      return samples.map(({ labels, value }) => ({ Labels: new TemplateMap(labels), Value: value }));
    },
    sink,
    pause: () => slices.pause(),
    monotonic: () => clock.monotonic(),
    keeps: () => false,
    vanished: () => undefined,
    changed: () => undefined,
    // Where the service is reached is told by an option; without it there is nothing to link to.
    generatorUrl: ({ expr }) => {
      if (surroundings.externalUrl === '') return '';
      const escaped = encodeURIComponent(expr).replaceAll('%20', '+');
      return `${surroundings.externalUrl}/graph?g0.expr=${escaped}&g0.tab=1`;
    },
  };
}
