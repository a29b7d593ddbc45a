import { lengthProblem } from '../../common/text-limit';
import { OVERFLOW_LABEL } from './cardinality-limit';
import { MetricInvalidError } from './metric.errors';

export const METRIC_NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
export const LABEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;
// In characters.
export const MAX_METRIC_NAME_LENGTH = 200;
export const MAX_LABEL_NAME_LENGTH = 64;
/** Longer values are cut where they are recorded, and refused over HTTP: a label names a class of things, not a thing. */
export const MAX_LABEL_VALUE_LENGTH = 128;
export const MAX_HELP_LENGTH = 1_024;
export const MAX_LABELS = 16;
export const MAX_BUCKETS = 100;
/** A path of the API, so not the name of a metric. */
const RESERVED_NAMES: ReadonlySet<string> = new Set(['import']);
const RESERVED_LABELS: ReadonlySet<string> = new Set(['le', 'quantile', OVERFLOW_LABEL]);

/** Throws MetricInvalidError when Prometheus, or a route of ours, could not take the metric. */
export function checkDescription(metric: {
  readonly name: string;
  readonly help: string;
  readonly labelNames?: readonly string[] | undefined;
  readonly buckets?: readonly number[] | undefined;
  readonly idleTimeoutMs?: number | undefined;
}): void {
  const fail = (reason: string): never => {
    throw new MetricInvalidError(metric.name, reason);
  };
  const checkLength = (field: string, text: string, max: number) => {
    const problem = lengthProblem(field, text, max);
    if (problem !== undefined) fail(problem);
  };
  checkLength('the name', metric.name, MAX_METRIC_NAME_LENGTH);
  checkLength('the help text', metric.help, MAX_HELP_LENGTH);
  if (!METRIC_NAME.test(metric.name)) fail('a name has letters, digits, "_" and ":", no digit first');
  if (RESERVED_NAMES.has(metric.name)) fail(`the name "${metric.name}" is reserved`);
  if (metric.help.trim() === '') fail('a help text is needed');
  const labels = metric.labelNames ?? [];
  if (labels.length > MAX_LABELS) fail(`at most ${MAX_LABELS} labels`);
  if (new Set(labels).size !== labels.length) fail('the same label twice');
  for (const label of labels) {
    checkLength('a label name', label, MAX_LABEL_NAME_LENGTH);
    if (!LABEL_NAME.test(label) || label.startsWith('__')) {
      fail(`label "${label}": letters, digits and "_", no digit or "__" first`);
    }
    if (RESERVED_LABELS.has(label)) fail(`the label "${label}" is reserved`);
  }
  const { buckets, idleTimeoutMs } = metric;
  if (idleTimeoutMs !== undefined && !(idleTimeoutMs >= 1 && idleTimeoutMs < Infinity)) {
    fail(`idleTimeoutMs is 1 or more milliseconds, not ${idleTimeoutMs}`);
  }
  if (buckets === undefined) return;
  if (buckets.length === 0 || buckets.length > MAX_BUCKETS) fail(`1 to ${MAX_BUCKETS} buckets`);
  if (!buckets.every((bound, index) => Number.isFinite(bound) && (index === 0 || bound > buckets[index - 1]!))) {
    fail('buckets are finite and ascending');
  }
}
