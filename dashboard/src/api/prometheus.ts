// PromQL over HTTP, as Prometheus answers it.
import { get } from './client';

export type Labels = Readonly<Record<string, string>>;

export interface InstantSample {
  readonly labels: Labels;
  readonly value: number;
}

/** Series over one grid of times: `values[i]` of a series belongs to `times[i]`; null where there is nothing. */
export interface RangeAnswer {
  /** Unix seconds. */
  readonly times: readonly number[];
  readonly series: readonly { readonly labels: Labels; readonly values: readonly (number | null)[] }[];
  readonly warnings: readonly string[];
}

interface Answer<R> {
  readonly data: { readonly resultType: string; readonly result: R };
  readonly warnings?: readonly string[];
}

const API = 'prometheus/api/v1';

export async function instant(query: string, signal?: AbortSignal): Promise<readonly InstantSample[]> {
  const { data } = await get<Answer<readonly { metric: Labels; value: [number, string] }[]>>(
    `${API}/query?${new URLSearchParams({ query })}`,
    signal,
  );
  if (data.resultType !== 'vector') {
    const [, value] = data.result as unknown as [number, string];
    return [{ labels: {}, value: Number(value) }];
  }
  return data.result.map(({ metric, value }) => ({ labels: metric, value: numberOf(value[1]) }));
}

/** The one number a query answers, or undefined where there is none. */
export async function single(query: string, signal?: AbortSignal): Promise<number | undefined> {
  const value = (await instant(query, signal))[0]?.value;
  return value === undefined || Number.isNaN(value) ? undefined : value;
}

export interface Grid {
  /** Unix seconds. */
  readonly start: number;
  readonly end: number;
  readonly step: number;
}

export async function range(query: string, { start, end, step }: Grid, signal?: AbortSignal): Promise<RangeAnswer> {
  const parameters = new URLSearchParams({ query, start: String(start), end: String(end), step: String(step) });
  const { data, warnings = [] } = await get<Answer<readonly { metric: Labels; values: [number, string][] }[]>>(
    `${API}/query_range?${parameters}`,
    signal,
  );
  const times: number[] = [];
  for (let time = start; time <= end; time += step) times.push(time);
  const series = data.result.map(({ metric, values }) => {
    const column = times.map((): number | null => null);
    for (const [time, text] of values) {
      const value = numberOf(text);
      column[Math.round((time - start) / step)] = Number.isFinite(value) ? value : null;
    }
    return { labels: metric, values: column };
  });
  return { times, series, warnings };
}

export const labelValues = async (name: string): Promise<readonly string[]> =>
  (await get<{ data: string[] }>(`${API}/label/${encodeURIComponent(name)}/values?limit=5000`)).data;

export const labelNames = async (): Promise<readonly string[]> =>
  (await get<{ data: string[] }>(`${API}/labels?limit=5000`)).data;

/** As PromQL writes a series: `name{label="value"}`. */
export function seriesName({ __name__: name = '', ...labels }: Labels): string {
  const inside = Object.entries(labels).map(([label, value]) => `${label}=${JSON.stringify(value)}`);
  return inside.length === 0 ? name || '{}' : `${name}{${inside.join(', ')}}`;
}

function numberOf(text: string): number {
  if (text === '+Inf') return Number.POSITIVE_INFINITY;
  return text === '-Inf' ? Number.NEGATIVE_INFINITY : Number(text);
}
