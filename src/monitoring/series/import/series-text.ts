import { Labels, NAME_LABEL } from '../labels';
import { MalformedLineError } from './exposition-line';

const SERIES = /^([a-zA-Z_:][a-zA-Z0-9_:]*)[ \t]*(?:\{(.*)\})?$/s;
/** One label with what separates it from the next. */
const LABEL = /[ \t]*([a-zA-Z_][a-zA-Z0-9_]*)[ \t]*=[ \t]*"((?:[^"\\]|\\.)*)"[ \t]*(,|$)/sy;
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', '"': '"', '\\': '\\' };

/** What labels from outside may measure. */
const LABEL_LIMITS = { names: 32, nameLength: 128, valueLength: 1_024 } as const;

/** A series with more or longer labels than are taken. */
export class LabelLimitError extends Error {}

/** Reads `name{label="value",…}`. @throws MalformedLineError, LabelLimitError */
export function parseSeriesText(text: string): Labels {
  const [, name, list = ''] = SERIES.exec(text) ?? [];
  if (name === undefined) throw new MalformedLineError('expected a metric name and labels in braces');
  const labels = new Map([[NAME_LABEL, name]]);
  for (let at = 0; list.slice(at).trim() !== ''; at = LABEL.lastIndex) {
    LABEL.lastIndex = at;
    const match = LABEL.exec(list);
    if (!match) throw new MalformedLineError('expected labels as name="value", separated by commas');
    const [, label, value] = match as unknown as [string, string, string];
    if (labels.has(label)) throw new MalformedLineError('expected each label once');
    labels.set(label, value.includes('\\') ? unescape(value) : value);
  }
  checkLimits(labels);
  return Labels.from(labels);
}

/** In the text formats only a backslash, a quote and a line end are escaped; other pairs stay as they are. */
export const unescape = (text: string) =>
  text.replace(/\\(.)/gs, (pair, character: string) => ESCAPES[character] ?? pair);

function checkLimits(labels: ReadonlyMap<string, string>): void {
  // Beside the name of the metric.
  if (labels.size - 1 > LABEL_LIMITS.names) throw new LabelLimitError(`expected at most ${LABEL_LIMITS.names} labels`);
  for (const [name, value] of labels) {
    if (name.length > LABEL_LIMITS.nameLength || value.length > LABEL_LIMITS.valueLength) {
      throw new LabelLimitError(
        `expected label names of at most ${LABEL_LIMITS.nameLength} and values of at most ${LABEL_LIMITS.valueLength} characters`,
      );
    }
  }
}
