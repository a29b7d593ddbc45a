import { Injectable } from '@nestjs/common';
import { MetricInvalidError, MetricLimitError, MetricOfCodeError } from './metric.errors';
import type { MetricKind } from './metric-family';
import { type BucketedDescription, MetricsService, type UserMetric } from './metrics.service';

/** A value with its labels, from outside. */
export interface PushedSample {
  readonly value: number;
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * Makes and records metrics for callers outside the process: as MetricsService, but with an error for every mistake.
 */
@Injectable()
export class PushedMetrics {
  /** What was not there before it was declared here. */
  private readonly declared = new WeakSet<UserMetric>();

  constructor(private readonly metrics: MetricsService) {}

  /** @throws MetricLimitError when no more metrics of the kind fit; what MetricsService throws */
  register({ kind, ...description }: BucketedDescription & { readonly kind: MetricKind }): UserMetric {
    const isNew = !this.metrics.has(description.name);
    if (isNew && !this.metrics.canAdd(kind)) throw new MetricLimitError(description.name, this.metrics.maxPerKind);
    const metric: UserMetric = this.metrics[kind](description);
    if (isNew) this.declared.add(metric);
    return metric;
  }

  /** The metric of that name, if it is one that can be taken back. @throws MetricUnknownError, MetricOfCodeError */
  removable(name: string): UserMetric {
    const metric = this.metrics.get(name);
    if (!this.declared.has(metric)) throw new MetricOfCodeError(metric.name);
    return metric;
  }

  /** Takes back what was declared here: its series end, its name is free. @throws MetricUnknownError, MetricOfCodeError */
  remove(name: string): void {
    this.metrics.remove(this.removable(name).name);
  }

  /** Whether a metric of that name was made here. */
  has(name: string): boolean {
    return this.metrics.has(name);
  }

  /** Records all samples, or none. @throws MetricInvalidError for the first that is not valid */
  record(name: string, samples: readonly PushedSample[]): void {
    const metric = this.metrics.get(name);
    for (const [index, sample] of samples.entries()) {
      const problem = problemOf(metric, sample);
      if (problem !== undefined) throw new MetricInvalidError(name, `sample ${index}: ${problem}`);
    }
    for (const { value, labels } of samples) {
      const child = metric.labels(labels);
      if ('observe' in child) child.observe(value);
      else if ('set' in child) child.set(value);
      else child.inc(value);
    }
  }
}

function problemOf(metric: UserMetric, { value, labels }: PushedSample): string | undefined {
  if (metric.kind === 'counter' && value < 0) return 'a counter cannot go back';
  if (metric.kind === 'timer' && value < 0) return 'a duration is not negative';
  const unknown = Object.keys(labels).find((label) => !metric.labelNames.includes(label));
  if (unknown !== undefined) return `the metric has no label "${unknown}", it has [${metric.labelNames.join(', ')}]`;
  const missing = metric.labelNames.find((label) => labels[label] === undefined);
  return missing === undefined ? undefined : `the label "${missing}" is missing`;
}
