import type { Labels } from '../series/labels';
import type { Matcher } from '../series/matcher';
import type { SeriesStore } from '../series/series-store';
import type { QueryRun } from './evaluation/query-run';
import { sortInTurns } from './evaluation/sort-in-turns';
import { PromqlLimitError } from './promql.errors';
import type { PromqlEngine, QueryOptions } from './promql-engine';

/** What series to list: any of the selectors (none: all series) with samples between two times in Unix ms. */
export interface CatalogueRequest {
  readonly selectors: readonly (readonly Matcher[])[];
  readonly fromMs: number;
  readonly toMs: number;
}

/** Lists series, label names and label values, in the same turns and limits as queries. */
export class SeriesCatalogue {
  constructor(
    private readonly store: Pick<SeriesStore, 'series'>,
    private readonly engine: PromqlEngine,
  ) {}

  /**
   * The labels of every series, each as JSON text: thousands of them would take too long to write afterwards.
   * @throws PromqlLimitError when there are more than an answer may have
   */
  series(request: CatalogueRequest, options: QueryOptions = {}): Promise<string[]> {
    return this.engine.inTurn(options, async (run) => {
      const found = new Map<string, string>();
      const { maxSeries } = run.options;
      for await (const labels of this.each(run, request)) {
        found.set(labels.key, JSON.stringify(labels.toObject()));
        if (found.size <= maxSeries) continue;
        const message = `more than ${maxSeries} series (limit series_per_answer: ${maxSeries})`;
        throw new PromqlLimitError('series_per_answer', maxSeries, message);
      }
      return [...found.values()];
    });
  }

  /** The names of all labels, sorted. */
  labelNames(request: CatalogueRequest, options: QueryOptions = {}): Promise<string[]> {
    return this.engine.inTurn(options, async (run) => {
      const names = new Set<string>();
      for await (const labels of this.each(run, request)) for (const [name] of labels) names.add(name);
      return sorted(run, names);
    });
  }

  /** The values of one label, sorted. */
  labelValues(label: string, request: CatalogueRequest, options: QueryOptions = {}): Promise<string[]> {
    return this.engine.inTurn(options, async (run) => {
      const values = new Set<string>();
      for await (const labels of this.each(run, request)) values.add(labels.get(label));
      values.delete('');
      return sorted(run, values);
    });
  }

  private async *each(run: QueryRun, { selectors, fromMs, toMs }: CatalogueRequest): AsyncGenerator<Labels> {
    for (const matchers of selectors.length === 0 ? [[]] : selectors) {
      for (const labels of this.store.series(matchers, fromMs, toMs)) {
        yield labels;
        if (run.due()) await run.rest();
      }
    }
  }
}

const sorted = (run: QueryRun, texts: ReadonlySet<string>): Promise<string[]> =>
  sortInTurns(run, [...texts], (a, b) => (a < b ? -1 : a > b ? 1 : 0));
