// What a chart shows, as data: the page draws it, and the dashboards for Grafana are made of the same.
import { type Grid, type Labels, seriesName } from '../api/prometheus';

export type Unit = 'ratio' | 'seconds' | 'bytes' | 'perSecond' | 'bytesPerSecond' | 'count';

/** Colours by meaning, the same on every page. */
export type Tone = 'good' | 'quiet' | 'warn' | 'bad' | 'one' | 'two' | 'three' | 'four';

export interface PanelQuery {
  /** PromQL; `$w` stands for the window of a rate. */
  readonly query: string;
  /** Name of a line: text with {{label}} in it; '': the series as PromQL writes it. */
  readonly name: string;
  readonly tone?: Tone;
  /** Tones by the name of the line, where the query answers several. */
  readonly tones?: Readonly<Record<string, Tone>>;
}

export interface Panel {
  readonly id: string;
  readonly title: string;
  readonly unit: Unit;
  readonly queries: readonly PanelQuery[];
  /** The most a value can be, such as 1 for ratios. */
  readonly max?: number;
  /** Which extreme of a step is drawn where there are more samples than points: a dip counts where low is bad. */
  readonly extreme?: 'max' | 'min';
  /** What it means and when to worry, in a sentence. */
  readonly help: string;
}

/** The window of a rate, in seconds: short enough to show a burst, long enough to hold four samples. */
export const windowOf = (intervalSeconds: number): number => Math.max(60, intervalSeconds * 4);

const SELECTOR = /^[a-zA-Z_:][a-zA-Z0-9_:]*(?:\{[^{}]*\})?$/;

/**
 * The query for one grid: no sample of a step is left out. Where a step is longer than what one evaluation sees, the
 * extreme within the step is taken, so that a peak of one sample is seen at every range.
 */
export function queryOn(
  { query }: PanelQuery,
  { extreme = 'max' }: Panel,
  { step }: Grid,
  intervalSeconds: number,
): string {
  const seen = query.includes('$w') ? windowOf(intervalSeconds) : intervalSeconds;
  const asked = query.replaceAll('$w', `${seen}s`);
  if (step <= seen) return asked;
  if (SELECTOR.test(asked)) return `${extreme}_over_time(${asked}[${step}s])`;
  // Twice per window, so that no sample lies between two evaluations.
  const every = Math.max(intervalSeconds, Math.floor(seen / 2));
  return `${extreme}_over_time((${asked})[${step}s:${every}s])`;
}

export function nameOf({ name }: PanelQuery, labels: Labels): string {
  if (name === '') return seriesName(labels);
  return name.replaceAll(/\{\{(\w+)\}\}/g, (_, label: string) => labels[label] ?? '');
}

/** A value of a label inside the quotes of a selector. */
export const quoted = (value: string): string => JSON.stringify(value);
