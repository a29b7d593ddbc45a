import { NAME_LABEL, type Labels } from '../../series/labels';
import type { AggregateExpr } from '../syntax/ast';

/** How series are put into groups: by a key, and with which labels the group's result comes. */
export interface Grouping {
  keyOf(labels: Labels): string;
  labelsOf(labels: Labels): Labels;
}

/** How `by (…)` or `without (…)` puts series together. */
export function groupingOf({ grouping, without }: Pick<AggregateExpr, 'grouping' | 'without'>): Grouping {
  if (without) {
    const dropped = new Set([...grouping, NAME_LABEL]);
    return { keyOf: (labels) => labels.drop(dropped).key, labelsOf: (labels) => labels.drop(dropped) };
  }
  const kept = new Set(grouping);
  return {
    keyOf: (labels) => {
      let key = '';
      for (const name of kept) {
        const value = labels.get(name);
        key += `${value.length}:${value}`;
      }
      return key;
    },
    labelsOf: (labels) => labels.keep(kept),
  };
}
