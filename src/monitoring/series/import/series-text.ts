import { Labels, NAME_LABEL } from '../labels';
import { MalformedLineError } from './exposition-line';
import { checkLength, IMPORT_LIMITS, ImportLimitError } from './import-limits';

const SERIES = /^([a-zA-Z_:][a-zA-Z0-9_:]*)[ \t]*(?:\{(.*)\})?$/s;
/** One label with what separates it from the next. */
const LABEL = /[ \t]*([a-zA-Z_][a-zA-Z0-9_]*)[ \t]*=[ \t]*"((?:[^"\\]|\\.)*)"[ \t]*(,|$)/sy;
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', '"': '"', '\\': '\\' };

/** Reads `name{label="value",…}`. @throws MalformedLineError, ImportLimitError */
export function parseSeriesText(text: string): Labels {
  const [, name, list = ''] = SERIES.exec(text) ?? [];
  if (name === undefined) throw new MalformedLineError('expected a metric name and labels in braces');
  checkLength('the metric name', name, IMPORT_LIMITS.metricName);
  const labels = new Map([[NAME_LABEL, name]]);
  for (let at = 0; list.slice(at).trim() !== ''; at = LABEL.lastIndex) {
    if (labels.size > IMPORT_LIMITS.labels) {
      throw new ImportLimitError(`the series has more labels than ${IMPORT_LIMITS.labels}, which is what is taken`);
    }
    LABEL.lastIndex = at;
    const match = LABEL.exec(list);
    if (!match) throw new MalformedLineError('expected labels as name="value", separated by commas');
    const [, label, written] = match as unknown as [string, string, string];
    if (labels.has(label)) throw new MalformedLineError('expected each label once');
    checkLength('a label name', label, IMPORT_LIMITS.labelName);
    const value = written.includes('\\') ? unescape(written) : written;
    checkLength(`the value of the label "${label}"`, value, IMPORT_LIMITS.labelValue);
    labels.set(label, value);
  }
  return Labels.from(labels);
}

/** In the text formats only a backslash, a quote and a line end are escaped; other pairs stay as they are. */
export const unescape = (text: string) =>
  text.replace(/\\(.)/gs, (pair, character: string) => ESCAPES[character] ?? pair);
