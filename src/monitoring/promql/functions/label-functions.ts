import type { Labels } from '../../series/labels';
import { PromqlExecutionError, PromqlLimitError } from '../promql.errors';
import { RegexMatcher } from '../regex/regex-matcher';

const LABEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

export type Relabel = (labels: Labels) => Labels;

/** `label_join`: the values of some labels put together into another, of at most `maxLength` characters. */
export function labelJoin(
  destination: string,
  separator: string,
  sources: readonly string[],
  maxLength: number,
): Relabel {
  for (const source of sources) {
    if (!LABEL_NAME.test(source)) {
      throw new PromqlExecutionError(`invalid source label name in label_join(): ${source}`);
    }
  }
  if (!LABEL_NAME.test(destination)) {
    throw new PromqlExecutionError(`invalid destination label name in label_join(): ${destination}`);
  }
  return (labels) => {
    const parts = sources.flatMap((source, index) => (index === 0 ? [] : [separator]).concat(labels.get(source)));
    return labels.with(destination, joined(destination, parts, maxLength));
  };
}

/** Checked before they are put together: functions inside one another double a text with each level. */
function joined(label: string, parts: readonly string[], maxLength: number): string {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  if (length <= maxLength) return parts.join('');
  throw new PromqlLimitError(
    'label_length',
    maxLength,
    `the value of the label "${label}" would have ${length} characters (limit label_length: ${maxLength})`,
  );
}

/** `label_replace`: a label from what a regular expression finds in another; no match, no change. */
export function labelReplace(
  destination: string,
  replacement: string,
  source: string,
  pattern: string,
  maxLength: number,
): Relabel {
  const regex = compiled(pattern);
  if (!LABEL_NAME.test(destination)) {
    throw new PromqlExecutionError(`invalid destination label name in label_replace(): ${destination}`);
  }
  const expand = template(replacement, regex.groupNames);
  return (labels) => {
    const value = labels.get(source);
    const groups = regex.captures(value);
    return groups ? labels.with(destination, joined(destination, expand([value, ...groups]), maxLength)) : labels;
  };
}

function compiled(pattern: string): RegexMatcher {
  try {
    return RegexMatcher.compile(pattern);
  } catch (error) {
    const message = `invalid regular expression in label_replace(): ${pattern}`;
    throw new PromqlExecutionError(message, { cause: error });
  }
}

/** `$1`, `${1}`, `$name`, `${name}` and `$$`, as Go's Expand reads them: a name is as long as it can be. */
function template(
  replacement: string,
  names: readonly (string | undefined)[],
): (groups: readonly (string | undefined)[]) => string[] {
  const parts: (string | number)[] = [];
  let at = 0;
  while (at < replacement.length) {
    const dollar = replacement.indexOf('$', at);
    if (dollar < 0) break;
    parts.push(replacement.slice(at, dollar));
    const rest = replacement.slice(dollar + 1);
    const reference = /^(?:\{([\p{L}\p{Nd}_]+)\}|([\p{L}\p{Nd}_]+))/u.exec(rest);
    if (rest.startsWith('$')) {
      parts.push('$');
      at = dollar + 2;
    } else if (reference) {
      const name = reference[1] ?? reference[2]!;
      parts.push(groupIndex(name, names));
      at = dollar + 1 + reference[0].length;
    } else {
      parts.push('$');
      at = dollar + 1;
    }
  }
  parts.push(replacement.slice(at));
  return (groups) => parts.map((part) => (typeof part === 'string' ? part : (groups[part] ?? '')));
}

/** The number of a group; one that does not exist has a number no group has. */
function groupIndex(name: string, names: readonly (string | undefined)[]): number {
  // Go takes digits for a number unless they begin with a zero or are a hundred million or more.
  if (/^(0|[1-9]\d{0,7})$/.test(name)) return Number(name);
  const index = names.indexOf(name);
  return index < 0 ? names.length + 1 : index + 1;
}
