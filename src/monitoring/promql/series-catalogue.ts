import type { Labels } from '../series/labels';
import type { Matcher } from '../series/matcher';
import type { MetricMetadata, SeriesStore } from '../series/series-store';
import type { QueryRun } from './evaluation/query-run';
import { sortInTurns } from './evaluation/sort-in-turns';
import { entryBytes } from './evaluation/value-bytes';
import { PromqlLimitError } from './promql.errors';
import { type PromqlEngine, type QueryOptions, tooManyLabels } from './promql-engine';

/** What series to list: any of the selectors (none: all series) with samples between two times in Unix ms. */
export interface CatalogueRequest {
  readonly selectors: readonly (readonly Matcher[])[];
  readonly fromMs: number;
  readonly toMs: number;
}

export interface CatalogueOptions extends Pick<QueryOptions, 'timeoutMs' | 'signal'> {
  /** Sends the list: until it resolves what the list holds counts as held. It keeps to the run's deadline itself. */
  readonly deliver: (texts: readonly string[], run: QueryRun) => Promise<void>;
}

/**
 * Lists series, label names, label values and metrics, in the same turns and limits as queries. Each entry is JSON text:
 * thousands of them would take too long to write afterwards.
 */
export class SeriesCatalogue {
  constructor(
    private readonly store: Pick<SeriesStore, 'series' | 'metadata'>,
    private readonly engine: PromqlEngine,
  ) {}

  /** The labels of every series, each as an object. @throws PromqlLimitError when there are more than an answer may have */
  series(request: CatalogueRequest, options: CatalogueOptions): Promise<void> {
    return this.list(options, async (run) => {
      const found = new Map<string, string>();
      const { maxSeries } = run.options;
      for await (const labels of this.each(run, request)) {
        const { key } = labels;
        if (found.has(key)) continue;
        if (found.size >= maxSeries) {
          const message = `more than ${maxSeries} series (limit series_per_answer: ${maxSeries})`;
          throw new PromqlLimitError('series_per_answer', maxSeries, message);
        }
        const text = JSON.stringify(labels.toObject());
        run.hold(entryBytes(key) + text.length);
        found.set(key, text);
      }
      return [...found.values()];
    });
  }

  /** The names of all labels, sorted. */
  labelNames(request: CatalogueRequest, options: CatalogueOptions): Promise<void> {
    return this.list(options, (run) =>
      this.distinct(run, request, function* (labels) {
        for (const [name] of labels) yield name;
      }),
    );
  }

  /** The values of one label, sorted. */
  labelValues(label: string, request: CatalogueRequest, options: CatalogueOptions): Promise<void> {
    return this.list(options, (run) => this.distinct(run, request, (labels) => [labels.get(label)]));
  }

  /** Every metric that has series, and what is known of it, as members of an object. */
  metrics(describe: (name: string, metadata: MetricMetadata) => unknown, options: CatalogueOptions): Promise<void> {
    return this.list(options, async (run) => {
      const texts: string[] = [];
      for (const [name, metadata] of this.store.metadata()) {
        const described = describe(name, metadata);
        if (described !== undefined) texts.push(`${JSON.stringify(name)}:${JSON.stringify(described)}`);
        if (run.due()) await run.rest();
      }
      return texts;
    });
  }

  /** Collects in line and within the limits; what was collected counts as held until it is sent. */
  private async list(options: CatalogueOptions, collect: (run: QueryRun) => Promise<readonly string[]>): Promise<void> {
    let begun: QueryRun | undefined;
    try {
      const texts = await this.engine.inTurn(options, (run) => {
        begun = run;
        return collected(run, collect);
      });
      await options.deliver(texts, begun!);
    } finally {
      begun?.end();
    }
  }

  private async distinct(
    run: QueryRun,
    request: CatalogueRequest,
    textsOf: (labels: Labels) => Iterable<string>,
  ): Promise<string[]> {
    const found = new Set<string>();
    for await (const labels of this.each(run, request)) {
      for (const text of textsOf(labels)) {
        if (text === '' || found.has(text)) continue;
        run.hold(entryBytes(text));
        found.add(text);
      }
    }
    const sorted = await sortInTurns(run, [...found], (a, b) => (a < b ? -1 : a > b ? 1 : 0));
    return sorted.map((text) => JSON.stringify(text));
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

/** @throws PromqlLimitError when the texts are longer than those of an answer may be */
async function collected(
  run: QueryRun,
  collect: (run: QueryRun) => Promise<readonly string[]>,
): Promise<readonly string[]> {
  const texts = await collect(run);
  const characters = texts.reduce((sum, text) => sum + text.length, 0);
  const { maxLabelCharacters } = run.options;
  if (characters > maxLabelCharacters) throw tooManyLabels(maxLabelCharacters);
  run.hold(characters);
  return texts;
}
