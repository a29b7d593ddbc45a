import { NAME_LABEL, type Labels } from '../../series/labels';
import type { VectorMatching } from '../syntax/ast';

/** What series of both sides have in common when they belong together. */
export function signatureOf({ on, labels }: Pick<VectorMatching, 'on' | 'labels'>): (series: Labels) => string {
  if (on) {
    const names = [...new Set(labels)].toSorted();
    return (series) => {
      let signature = '';
      for (const name of names) {
        const value = series.get(name);
        signature += `${value.length}:${value}`;
      }
      return signature;
    };
  }
  const ignored = new Set([...labels, NAME_LABEL]);
  return (series) => series.drop(ignored).key;
}

/** The labels series are matched by, for messages. */
export function matchedLabels({ on, labels }: VectorMatching, series: Labels): Labels {
  return on ? series.keep(new Set(labels)) : series.drop(new Set([...labels, NAME_LABEL]));
}

/** Series as Prometheus writes them: `{a="b", c="d"}`. */
export function labelText(labels: Labels): string {
  return `{${[...labels].map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(', ')}}`;
}
