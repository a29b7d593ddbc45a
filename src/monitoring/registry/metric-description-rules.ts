import { MetricInvalidError } from './metric.errors';

export const METRIC_NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]{0,199}$/;
export const LABEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_]{0,63}$/;
export const MAX_LABELS = 16;
export const MAX_BUCKETS = 100;
/** A path of the API, so not the name of a metric. */
const RESERVED_NAMES: ReadonlySet<string> = new Set(['import']);
const RESERVED_LABELS: ReadonlySet<string> = new Set(['le', 'quantile']);

/** Throws MetricInvalidError when Prometheus, or a route of ours, could not take the metric. */
export function checkDescription(metric: {
  readonly name: string;
  readonly help: string;
  readonly labelNames?: readonly string[] | undefined;
  readonly buckets?: readonly number[] | undefined;
}): void {
  const fail = (reason: string): never => {
    throw new MetricInvalidError(metric.name, reason);
  };
  if (!METRIC_NAME.test(metric.name)) fail('a name has letters, digits, "_" and ":", no digit first, 200 at most');
  if (RESERVED_NAMES.has(metric.name)) fail(`the name "${metric.name}" is reserved`);
  if (metric.help.trim() === '') fail('a help text is needed');
  const labels = metric.labelNames ?? [];
  if (labels.length > MAX_LABELS) fail(`at most ${MAX_LABELS} labels`);
  if (new Set(labels).size !== labels.length) fail('the same label twice');
  for (const label of labels) {
    if (!LABEL_NAME.test(label) || label.startsWith('__')) {
      fail(`label "${label}": letters, digits and "_", no digit or "__" first, 64 at most`);
    }
    if (RESERVED_LABELS.has(label)) fail(`the label "${label}" is reserved`);
  }
  const buckets = metric.buckets;
  if (buckets === undefined) return;
  if (buckets.length === 0 || buckets.length > MAX_BUCKETS) fail(`1 to ${MAX_BUCKETS} buckets`);
  if (!buckets.every((bound, index) => Number.isFinite(bound) && (index === 0 || bound > buckets[index - 1]!))) {
    fail('buckets are finite and ascending');
  }
}
