import { PromqlEngine } from '../../src/monitoring/promql/promql-engine';
import type { PromqlOptions } from '../../src/monitoring/promql/promql.options';
import { MemorySource, type SourceSeries } from '../promql/memory-source';

/** Minutes after the epoch are the times of the fixture: sample `n` of a series is at minute `n`. */
export const MINUTE_MS = 60_000;

/**
 * Series in the way Prometheus's own tests write them: `m{a="b"} 1 2 _ NaN stale`, one sample a minute, `_` for none.
 */
function seriesOf(...lines: readonly string[]): SourceSeries[] {
  return lines.map((line) => {
    const [, name, body = '', values] = /^([\w:]*)(?:\{(.*?)\})? (.*)$/.exec(line)!;
    const labels = [...body.matchAll(/(\w+)="([^"]*)"/g)].map(([, label, value]) => [label!, value!]);
    return {
      labels: Object.fromEntries(name ? [['__name__', name], ...labels] : labels) as Record<string, string>,
      samples: values!.split(' ').flatMap((text, minute): [number, number | undefined][] => {
        if (text === '_') return [];
        return [[minute * MINUTE_MS, text === 'stale' ? undefined : numberOf(text)]];
      }),
    };
  });
}

const numberOf = (text: string): number =>
  /^[+-]?Inf$/.test(text) ? Number(text.replace('Inf', 'Infinity')) : Number(text);

/** An engine over such series. */
export function engineOver(lines: readonly string[], options: Partial<PromqlOptions> = {}): PromqlEngine {
  return new PromqlEngine(new MemorySource(seriesOf(...lines)), options);
}

/** The values of an instant query by the labels of their series, such as `m{a="b"}`; a scalar is under `''`. */
export async function ask(engine: PromqlEngine, query: string, minute: number): Promise<Record<string, number>> {
  const { value } = await engine.instant(query, minute * MINUTE_MS);
  if (value.type === 'scalar') return { '': value.values[0]! };
  if (value.type !== 'vector') throw new Error(`a vector is expected, not a ${value.type}`);
  return Object.fromEntries(
    value.columns.map(({ labels, values }) => {
      const others = [...labels].filter(([name]) => name !== '__name__').map(([name, text]) => `${name}="${text}"`);
      return [`${labels.name}${others.length > 0 ? `{${others.join(',')}}` : ''}`, values[0]!];
    }),
  );
}
