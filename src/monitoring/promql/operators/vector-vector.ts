import { Labels } from '../../series/labels';
import type { QueryRun } from '../evaluation/query-run';
import { mergeSameLabels } from '../evaluation/same-labels';
import { stepsOf } from '../evaluation/steps-of';
import { type Column, hasAny } from '../evaluation/value';
import { entryBytes } from '../evaluation/value-bytes';
import { PromqlExecutionError } from '../promql.errors';
import type { BinaryExpr, VectorMatching } from '../syntax/ast';
import { dropsName } from './scalar-operators';
import { labelText, matchedLabels, signatureOf } from './signature';
import { type StepKernel, stepKernel } from './step-kernel';

interface MatchGroup {
  readonly many: Column[];
  readonly one: Column[];
}

/**
 * An arithmetic or comparison operator between two vectors. Series match by their signature; each pair gives a column.
 * @throws PromqlExecutionError when at some step a series has more than one match that it must not have
 */
export async function combineVectors(
  run: QueryRun,
  expr: BinaryExpr,
  left: readonly Column[],
  right: readonly Column[],
): Promise<Column[]> {
  if (left.length === 0 || right.length === 0) return [];
  const { matching } = expr;
  const swapped = matching.card === 'one-to-many';
  const [many, one] = swapped ? [right, left] : [left, right];
  const groups = await grouped(run, matching, many, one);
  const manySteps = await stepsOf(run, many, many[0]!.present.length);
  const labelsOf = resultLabels(expr);
  const kernel = stepKernel(expr);
  const results: Column[] = [];
  for (const group of groups.values()) {
    if (group.one.length > 1) refuseDuplicates(matching, group.one, manySteps);
    const kept = matching.card === 'one-to-one' && group.many.length > 1 ? new Uint8Array(manySteps.length) : undefined;
    for (const manyColumn of group.many) {
      for (const oneColumn of group.one) {
        const result = pair(run, kernel, manyColumn, oneColumn, swapped, labelsOf);
        run.use(result.values.length);
        // With `bool` every match counts as one, otherwise those that are kept.
        if (kept) refuseSecondMatch(kept, result.present);
        if (hasAny(result)) results.push(result);
      }
      if (run.due()) await run.rest();
    }
  }
  return mergeSameLabels(run, results);
}

async function grouped(
  run: QueryRun,
  matching: VectorMatching,
  many: readonly Column[],
  one: readonly Column[],
): Promise<Map<string, MatchGroup>> {
  const signature = signatureOf(matching);
  const groups = new Map<string, MatchGroup>();
  for (const column of one) {
    const key = signature(column.labels);
    const group = groups.get(key);
    if (group) group.one.push(column);
    else {
      run.hold(entryBytes(key));
      groups.set(key, { many: [], one: [column] });
    }
    if (run.due()) await run.rest();
  }
  for (const column of many) {
    groups.get(signature(column.labels))?.many.push(column);
    if (run.due()) await run.rest();
  }
  return groups;
}

function pair(
  run: QueryRun,
  kernel: StepKernel,
  many: Column,
  one: Column,
  swapped: boolean,
  labelsOf: (many: Labels, one: Labels) => Labels,
): Column {
  const result = run.column(labelsOf(many.labels, one.labels), many.values.length);
  const { values, present } = result;
  for (let step = 0; step < present.length; step++) present[step] = many.present[step]! & one.present[step]!;
  if (swapped) kernel(one.values, many.values, one.values, values, present);
  else kernel(many.values, one.values, many.values, values, present);
  return result;
}

/** Which labels a result has, from the "many" and the "one" side (Prometheus: resultMetric). */
function resultLabels({ op, returnBool, matching }: BinaryExpr): (many: Labels, one: Labels) => Labels {
  const { card, on, labels, include } = matching;
  const named = new Set(labels);
  return (many, one) => {
    let result = dropsName(op) ? many.withoutName() : many;
    if (card === 'one-to-one') result = on ? result.keep(named) : result.drop(named);
    for (const label of include) result = result.with(label, one.get(label));
    return returnBool ? result.withoutName() : result;
  };
}

/** The "one" side may have one series of a signature at a step, unless the other side has nothing at all there. */
function refuseDuplicates(matching: VectorMatching, columns: readonly Column[], manySteps: Uint8Array): void {
  for (let step = 0; step < manySteps.length; step++) {
    if (!manySteps[step]) continue;
    const [first, second] = columns.filter(({ present }) => present[step]);
    if (!second) continue;
    const group = labelText(matchedLabels(matching, second.labels));
    const side = matching.card === 'one-to-many' ? 'left' : 'right';
    throw new PromqlExecutionError(
      `found duplicate series for the match group ${group} on the ${side} hand-side of the operation: ` +
        `[${labelText(second.labels)}, ${labelText(first!.labels)}];many-to-many matching not allowed: ` +
        'matching labels must be unique on one side',
    );
  }
}

function refuseSecondMatch(kept: Uint8Array, present: Uint8Array): void {
  for (let step = 0; step < present.length; step++) {
    if (!present[step]) continue;
    if (kept[step]) {
      throw new PromqlExecutionError(
        'multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)',
      );
    }
    kept[step] = 1;
  }
}
