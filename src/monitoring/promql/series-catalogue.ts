import { Labels } from '../series/labels';
import type { Matcher } from '../series/matcher';
import type { MetricMetadata, SeriesStore } from '../series/series-store';
import { isStale } from '../series/staleness';
import { type Cardinality, CardinalityCounter } from './cardinality';
import { sortByLabels } from './evaluation/label-order';
import type { QueryRun } from './evaluation/query-run';
import { sortInTurns } from './evaluation/sort-in-turns';
import { entryBytes } from './evaluation/value-bytes';
import { federatedLine } from './format/federated-line';
import { cutToLimit, type PromqlEngine, type QueryOptions, tooManyLabels, truncation } from './promql-engine';

/** What series to list: any of the selectors (none: all series) with samples between two times in Unix ms. */
export interface CatalogueRequest {
  readonly selectors: readonly (readonly Matcher[])[];
  readonly fromMs: number;
  readonly toMs: number;
}

export interface CatalogueOptions extends Pick<QueryOptions, 'timeoutMs' | 'signal'> {
  /** At most so many entries, and of series never more than an answer may have; 0 or none: no other limit. */
  readonly limit?: number;
  /** Sends the list: until it resolves what the list holds counts as held. It keeps to the run's deadline itself. */
  readonly deliver: (texts: readonly string[], run: QueryRun, warnings: readonly string[]) => Promise<void>;
}

interface Listed {
  readonly texts: readonly string[];
  readonly warnings: readonly string[];
}

/**
 * Lists series, label names, label values and metrics, in the same turns and limits as queries. Each entry is JSON text:
 * thousands of them would take too long to write afterwards.
 */
export class SeriesCatalogue {
  constructor(
    private readonly store: Pick<SeriesStore, 'series' | 'select' | 'metadata'>,
    private readonly engine: PromqlEngine,
  ) {}

  /** The labels of the series, each as an object, the first ones when there are more than an answer may have. */
  series(request: CatalogueRequest, options: CatalogueOptions): Promise<void> {
    return this.list(options, async (run) => {
      const { maxSeries } = run.options;
      const limit = options.limit ?? 0;
      const most = limit === 0 ? maxSeries : Math.min(limit, maxSeries);
      const found = new Map<string, string>();
      for await (const labels of this.each(run, request)) {
        const { key } = labels;
        if (found.has(key)) continue;
        if (found.size >= most) return { texts: [...found.values()], warnings: [truncation(most, limit)] };
        const text = JSON.stringify(labels.toObject());
        run.hold(entryBytes(key) + text.length);
        found.set(key, text);
      }
      return { texts: [...found.values()], warnings: [] };
    });
  }

  /** The names of all labels, sorted. */
  labelNames(request: CatalogueRequest, options: CatalogueOptions): Promise<void> {
    return this.list(options, (run) =>
      this.distinct(run, request, options, function* (labels) {
        for (const [name] of labels) yield name;
      }),
    );
  }

  /** The values of one label, sorted. */
  labelValues(label: string, request: CatalogueRequest, options: CatalogueOptions): Promise<void> {
    return this.list(options, (run) => this.distinct(run, request, options, (labels) => [labels.get(label)]));
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
      return { texts, warnings: [] };
    });
  }

  /**
   * The latest sample of each series, as lines in the text format 0.0.4, sorted by labels. Series that have ended are
   * left out.
   * @param added labels that each series gets unless it has them
   */
  latest(request: CatalogueRequest, added: ReadonlyMap<string, string>, options: CatalogueOptions): Promise<void> {
    return this.list(options, async (run) => {
      const found = new Map<string, { labels: Labels; line: string }>();
      for (const matchers of request.selectors) {
        for (const { labels, samples } of this.store.select(matchers, request.fromMs, request.toMs)) {
          const last = samples.values.length - 1;
          const { key } = labels;
          if (!found.has(key) && !isStale(samples.values, last)) {
            const full = Labels.from([...added, ...labels]);
            const line = federatedLine(full, samples.timestamps[last]!, samples.values[last]!);
            run.hold(entryBytes(key) + line.length);
            found.set(key, { labels: full, line });
          }
          if (run.due()) await run.rest();
        }
      }
      let name = '';
      const texts = (await sortByLabels(run, [...found.values()])).map(({ labels, line }) => {
        if (labels.name === name) return line;
        name = labels.name;
        return `# TYPE ${name} untyped\n${line}`;
      });
      return { texts, warnings: [] };
    });
  }

  /** What takes most series: the first `limit` names, labels, values and pairs by their counts. */
  cardinality(limit: number, options: Pick<QueryOptions, 'signal'> = {}): Promise<Cardinality> {
    return this.engine.inTurn(options, async (run) => {
      try {
        const counter = new CardinalityCounter();
        for await (const labels of this.each(run, { selectors: [], fromMs: -Infinity, toMs: Infinity })) {
          run.hold(counter.add(labels));
        }
        return await counter.top(limit, (counts) =>
          sortInTurns(run, counts, (a, b) => b.value - a.value || (a.name < b.name ? -1 : 1)),
        );
      } finally {
        run.end(); // what it held is free again, also when it was too much
      }
    });
  }

  /** Collects in line and within the limits; what was collected counts as held until it is sent. */
  private async list(options: CatalogueOptions, collect: (run: QueryRun) => Promise<Listed>): Promise<void> {
    let begun: QueryRun | undefined;
    try {
      const { texts, warnings } = await this.engine.inTurn(options, (run) => {
        begun = run;
        return collected(run, collect);
      });
      await options.deliver(texts, begun!, warnings);
    } finally {
      begun?.end();
    }
  }

  private async distinct(
    run: QueryRun,
    request: CatalogueRequest,
    { limit = 0 }: CatalogueOptions,
    textsOf: (labels: Labels) => Iterable<string>,
  ): Promise<Listed> {
    const found = new Set<string>();
    for await (const labels of this.each(run, request)) {
      for (const text of textsOf(labels)) {
        if (text === '' || found.has(text)) continue;
        run.hold(entryBytes(text));
        found.add(text);
      }
    }
    const sorted = await sortInTurns(run, [...found], (a, b) => (a < b ? -1 : a > b ? 1 : 0));
    const warnings: string[] = [];
    const texts = cutToLimit(sorted, limit, Infinity, warnings).map((text) => JSON.stringify(text));
    return { texts, warnings };
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
async function collected(run: QueryRun, collect: (run: QueryRun) => Promise<Listed>): Promise<Listed> {
  const { texts, warnings } = await collect(run);
  const characters = texts.reduce((sum, text) => sum + text.length, 0);
  const { maxLabelCharacters } = run.options;
  if (characters > maxLabelCharacters) throw tooManyLabels(maxLabelCharacters);
  run.hold(characters);
  return { texts, warnings };
}
