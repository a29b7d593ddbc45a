import { writeResult } from '../../src/monitoring/promql/format/result-writer';
import { PromqlError } from '../../src/monitoring/promql/promql.errors';
import type { PromqlEngine } from '../../src/monitoring/promql/promql-engine';

/** When a query is asked: at one time, or from start to end in steps; seconds. */
export type When = { readonly time: number } | { readonly start: number; readonly end: number; readonly step: number };

export interface Answer {
  readonly status: number;
  readonly errorType?: string;
  readonly error?: string;
  readonly data?: { readonly resultType: string; readonly result: unknown };
}

/** Asks Prometheus over HTTP. */
export async function askPrometheus(url: string, query: string, when: When): Promise<Answer> {
  const path = 'time' in when ? 'query' : 'query_range';
  const body = new URLSearchParams({ query });
  for (const [name, value] of Object.entries(when)) body.set(name, String(value));
  const response = await fetch(`${url}/api/v1/${path}`, { method: 'POST', body });
  return { ...((await response.json()) as Omit<Answer, 'status'>), status: response.status };
}

/** Asks our engine, and gives the answer as the API would. */
export async function askEngine(engine: PromqlEngine, query: string, when: When): Promise<Answer> {
  try {
    const instant = 'time' in when;
    const result = instant
      ? await engine.instant(query, when.time * 1_000)
      : await engine.range(query, when.start * 1_000, when.end * 1_000, when.step * 1_000);
    let text = '';
    for await (const piece of writeResult(result, instant ? 'instant' : 'range')) text += piece;
    return { status: 200, data: JSON.parse(text) as Answer['data'] };
  } catch (error) {
    if (!(error instanceof PromqlError)) throw error;
    return { status: error.definition.status, errorType: error.type, error: error.message };
  }
}

const TOLERANCE = 1e-5;

type Point = readonly [time: number, value: string];

interface Series {
  readonly metric: Readonly<Record<string, string>>;
  readonly value?: Point;
  readonly values?: readonly Point[];
}

/** What differs between two answers, in words; undefined when nothing does. */
export function difference(expected: Answer, actual: Answer, ordered: boolean): string | undefined {
  if (expected.status !== actual.status || expected.errorType !== actual.errorType) {
    return `expected ${expected.status} ${expected.errorType ?? ''} ${expected.error ?? ''}, got ${actual.status} ${actual.errorType ?? ''} ${actual.error ?? ''}`;
  }
  if (expected.status !== 200) return undefined;
  const [wanted, got] = [expected.data!, actual.data!];
  if (wanted.resultType !== got.resultType) return `expected a ${wanted.resultType}, got a ${got.resultType}`;
  if (wanted.resultType === 'string') {
    const same = JSON.stringify(wanted.result) === JSON.stringify(got.result);
    return same ? undefined : differs(wanted.result, got.result);
  }
  if (wanted.resultType === 'scalar') {
    return samePoint(wanted.result as Point, got.result as Point) ? undefined : differs(wanted.result, got.result);
  }
  return differentSeries(wanted.result as Series[], got.result as Series[], ordered);
}

function differentSeries(wanted: readonly Series[], got: readonly Series[], ordered: boolean): string | undefined {
  const key = ({ metric }: Series) => JSON.stringify(Object.entries(metric).toSorted());
  const byKey = new Map(got.map((series) => [key(series), series]));
  if (byKey.size !== got.length) return 'the same labels came twice';
  if (wanted.length !== got.length) return `expected ${wanted.length} series, got ${got.length}`;
  for (const [index, series] of wanted.entries()) {
    const other = ordered && key(got[index]!) !== key(series) ? undefined : byKey.get(key(series));
    if (!other) return `expected ${key(series)}${ordered ? ` in place ${index}` : ''}`;
    const [a, b] = [series, other].map(({ value, values }) => values ?? [value!]);
    if (a!.length !== b!.length) return `expected ${a!.length} points of ${key(series)}, got ${b!.length}`;
    const at = a!.findIndex((point, place) => !samePoint(point, b![place]!));
    if (at >= 0) return `${key(series)}: ${differs(a![at], b![at])}`;
  }
  return undefined;
}

const differs = (wanted: unknown, got: unknown) => `expected ${JSON.stringify(wanted)}, got ${JSON.stringify(got)}`;

function samePoint([wantedTime, wanted]: Point, [gotTime, got]: Point): boolean {
  if (wantedTime !== gotTime) return false;
  if (wanted === got) return true;
  const [a, b] = [wanted, got].map(Number);
  // Number('+Inf') is NaN, but those texts were equal or are wrong.
  return Math.abs(a! - b!) <= TOLERANCE * Math.max(Math.abs(a!), Math.abs(b!)) || Math.abs(a! - b!) < 1e-300;
}
