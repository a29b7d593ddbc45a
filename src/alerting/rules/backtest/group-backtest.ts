import type { LoopSlices } from '../../../common/loop-slices';
import { type Grid, timeAt } from '../../../monitoring/promql/evaluation/grid';
import type { PromqlEngine } from '../../../monitoring/promql/promql-engine';
import { selectorsOf } from '../../../monitoring/promql/syntax/selectors-of';
import type { AlertingRuleParts } from '../alerting-rule-run';
import type { Rule, RuleGroup } from '../rule-file';
import { samplesOf } from '../rule-sample';
import { type BacktestSource, mayBeSelected } from './backtest-source';
import { rangeParts } from './range-parts';
import { RuleReplay } from './rule-replay';

export interface GroupBacktestParts {
  readonly engine: PromqlEngine;
  readonly source: BacktestSource;
  readonly rules: AlertingRuleParts;
  readonly slices: LoopSlices;
  /** Ends it. */
  readonly signal: AbortSignal;
}

/**
 * Evaluates a group at every step of the past. Each rule is asked by range queries, one rule after another, which is the
 * same as all rules at each step as long as none reads what itself or a later one yields; those that do go step by step.
 * @throws what aborted the signal, AlertBacktestTooLargeError
 */
export async function backtestGroup(group: RuleGroup, grid: Grid, parts: GroupBacktestParts): Promise<RuleReplay[]> {
  const { rules } = group;
  const replays = rules.map((rule) => {
    const isRead = rules.some((reader) => reads(reader, rule));
    return new RuleReplay(rule, group.limit, parts.rules, isRead ? parts.source : undefined);
  });
  for (let first = 0; first < rules.length;) {
    const last = lastReadAhead(rules, first);
    if (last === undefined) await ruleByRule(replays[first]!, grid, parts);
    else await stepByStep(replays.slice(first, last + 1), grid, parts);
    first = (last ?? first) + 1;
  }
  return replays;
}

/** The last of the rules that have to go together with this one, since one of them reads it or itself; else `undefined`. */
function lastReadAhead(rules: readonly Rule[], first: number): number | undefined {
  let last: number | undefined;
  for (let at = first; at <= (last ?? first); at++) {
    const ahead = rules.findLastIndex((rule, index) => index >= at && reads(rules[at]!, rule));
    if (ahead >= at) last = Math.max(last ?? first, ahead);
  }
  return last;
}

/** Queries of templates may read anything. */
const reads = (reader: Rule, rule: Rule): boolean =>
  Object.values(reader.labels).some((text) => reader.kind === 'alerting' && text.includes('query')) ||
  selectorsOf(reader.parsed).some((matchers) => mayBeSelected(rule, matchers));

async function ruleByRule(replay: RuleReplay, grid: Grid, parts: GroupBacktestParts): Promise<void> {
  for await (const part of rangeParts(parts.engine, replay.rule.expr, grid, parts.signal)) {
    for (let step = 0; step < part.grid.steps; step++) {
      if (replay.isQuiet) step = part.nextStep(step);
      if (step === part.grid.steps) break;
      await replay.evaluate(timeAt(part.grid, step), () => part.at(step));
      await turn(parts);
    }
  }
}

async function stepByStep(replays: readonly RuleReplay[], grid: Grid, parts: GroupBacktestParts): Promise<void> {
  const { engine, signal } = parts;
  for (let step = 0; step < grid.steps; step++) {
    const timeMs = timeAt(grid, step);
    for (const replay of replays) {
      await replay.evaluate(timeMs, async () =>
        samplesOf(await engine.instant(replay.rule.parsed, timeMs, { signal })),
      );
      await turn(parts);
    }
  }
}

async function turn({ slices, signal }: GroupBacktestParts): Promise<void> {
  const pause = slices.pause();
  if (pause === undefined) return;
  await pause;
  signal.throwIfAborted();
}
