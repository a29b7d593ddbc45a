import { ownString } from '../../../common/own-string';
import type { SeriesKind } from '../series-store';
import type { CommentLine, ImportFormat } from './exposition-line';
import { checkLength, IMPORT_LIMITS, ImportLimitError } from './import-limits';
import { unescape } from './series-text';

const KINDS: Readonly<Record<string, SeriesKind>> = {
  counter: 'counter',
  gauge: 'gauge',
  histogram: 'histogram',
  summary: 'summary',
  // OpenMetrics' other types are gauges to PromQL.
  gaugehistogram: 'gauge',
  info: 'gauge',
  stateset: 'gauge',
};
const CREATED = '_created';
const SUFFIX = /_(total|created|bucket|count|sum|gcount|gsum|info)$/;
const MAX_FAMILIES = 20_000;
/** Of their names and texts together. */
const MAX_CHARACTERS = 4 * 1_048_576;

export interface Family {
  /** The name its metadata is known by: that of its series, for OpenMetrics' counters with `_total`. */
  readonly name: string;
  kind: SeriesKind;
  help: string;
  unit: string;
}

/** The metric families of one imported body, as its comment lines describe them. */
export class ImportedFamilies {
  private readonly families = new Map<string, Family>();
  private characters = 0;

  constructor(private readonly format: ImportFormat) {}

  /** @returns what is now known about the metric @throws ImportLimitError */
  add({ keyword, metric, text }: CommentLine): Family {
    const known = this.families.get(metric);
    if (known === undefined && this.families.size >= MAX_FAMILIES) {
      throw new ImportLimitError(`the body describes more metrics than ${MAX_FAMILIES}, which is what is taken`);
    }
    checkLength('the metric name', metric, IMPORT_LIMITS.metricName);
    this.characters += metric.length + text.length;
    if (this.characters > MAX_CHARACTERS) {
      throw new ImportLimitError(`the body describes metrics in more than ${MAX_CHARACTERS} characters`);
    }
    const type = keyword === 'TYPE' ? text.trim() : undefined;
    const help = keyword === 'HELP' ? unescape(text) : (known?.help ?? '');
    const unit = keyword === 'UNIT' ? text.trim() : (known?.unit ?? '');
    checkLength(`HELP of "${metric}"`, help, IMPORT_LIMITS.help);
    checkLength(`UNIT of "${metric}"`, unit, IMPORT_LIMITS.unit);
    const isCounter = type === 'counter' && this.format === 'openmetrics' && !metric.endsWith('_total');
    // Parts of a line, which must not be kept for them.
    const family = {
      name: ownString(isCounter ? `${metric}_total` : (known?.name ?? metric)),
      kind: type === undefined ? (known?.kind ?? 'untyped') : (KINDS[type] ?? 'untyped'),
      help: ownString(help),
      unit: ownString(unit),
    };
    this.families.set(ownString(metric), family);
    return family;
  }

  /** Whether OpenMetrics says by this name when a counter, histogram or summary came into being. */
  isCreated(seriesName: string): boolean {
    if (this.format !== 'openmetrics' || !seriesName.endsWith(CREATED)) return false;
    const kind = this.families.get(seriesName.slice(0, -CREATED.length))?.kind;
    return kind === 'counter' || kind === 'histogram' || kind === 'summary';
  }

  /** Without a `# TYPE` a series is untyped. */
  kindOf(seriesName: string): SeriesKind {
    const family = this.families.get(seriesName) ?? this.families.get(seriesName.replace(SUFFIX, ''));
    return family?.kind ?? 'untyped';
  }
}
