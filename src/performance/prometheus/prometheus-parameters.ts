import { lengthProblem } from '../../common/text-limit';
import {
  type CatalogueRequest,
  MAX_QUERY_LENGTH,
  type Matcher,
  parseDuration,
  parseFloat64,
  parseSelectors,
  PromqlBadDataError,
} from '../../monitoring/internal';
import type { PrometheusParameters } from './prometheus.schemas';

/** The earliest and latest time of JavaScript: Prometheus's defaults are as far away as its own times reach. */
const EARLIEST_MS = -8.64e15;
const LATEST_MS = 8.64e15;

/** Characters each parameter may have. Those not listed hold a time, a duration, a number or a word. */
const MAX_LENGTHS: Readonly<Partial<Record<keyof PrometheusParameters, number>>> = {
  query: MAX_QUERY_LENGTH,
  'match[]': MAX_QUERY_LENGTH,
  match_target: MAX_QUERY_LENGTH,
  metric: 256,
  instance: 128,
};
const MAX_LENGTH = 64;
/** Each selector is looked for among all series. */
const MAX_SELECTORS = 64;

/** The parameters of one request, those of the form before those of the URL, read as Prometheus reads them. */
export class PrometheusRequest {
  /** @throws PromqlBadDataError when one is longer than it may be */
  constructor(
    private readonly url: PrometheusParameters,
    private readonly form: PrometheusParameters = {},
  ) {
    for (const name of Object.keys({ ...url, ...form }) as (keyof PrometheusParameters)[]) this.checkLengths(name);
  }

  /** The first value; `''` when there is none, as Go has it. */
  text(name: keyof PrometheusParameters): string {
    return [...this.values(name)][0] ?? '';
  }

  *values(name: keyof PrometheusParameters): Iterable<string> {
    for (const value of [this.form[name], this.url[name]]) {
      if (typeof value === 'string') yield value;
      else if (value) yield* value;
    }
  }

  /** A time as Unix seconds or RFC 3339, in whole Unix ms. @throws PromqlBadDataError */
  time(name: keyof PrometheusParameters, defaultMs?: number): number {
    const text = this.text(name);
    if (text === '' && defaultMs !== undefined) return defaultMs;
    return this.checked(name, () => parseTime(text));
  }

  /** A duration as seconds or like `5m`, in ms. @throws PromqlBadDataError */
  duration(name: keyof PrometheusParameters): number {
    const text = this.text(name);
    return this.checked(name, () => {
      const seconds = parseFloat64(text);
      if (seconds !== undefined && Math.abs(seconds) < 2 ** 63 / 1e9) return seconds * 1_000;
      if (seconds !== undefined) throw new Error(`cannot parse "${text}" to a valid duration. It overflows int64`);
      return parseDuration(text);
    });
  }

  get timeoutMs(): number | undefined {
    return this.text('timeout') === '' ? undefined : this.duration('timeout');
  }

  /** At most so many entries in the answer; 0 for no wish. @throws PromqlBadDataError */
  get limit(): number {
    const text = this.text('limit');
    if (text === '') return 0;
    if (!/^\+?\d+$/.test(text)) {
      throw new PromqlBadDataError(`invalid parameter "limit": "${text}" is not a whole number from 0 on`);
    }
    return Number(text);
  }

  /** A whole number. @throws PromqlBadDataError */
  integer(name: keyof PrometheusParameters): number | undefined {
    const text = this.text(name);
    if (text === '') return undefined;
    if (!/^[+-]?\d+$/.test(text)) throw new PromqlBadDataError(`${name} must be a number`);
    return Number(text);
  }

  /** The time between `start` and `end`; without them all of it. @throws PromqlBadDataError */
  get times(): { readonly fromMs: number; readonly toMs: number } {
    return { fromMs: this.time('start', EARLIEST_MS), toMs: this.time('end', LATEST_MS) };
  }

  /** The series `match[]`, `start` and `end` ask for. @throws PromqlBadDataError */
  catalogue(): CatalogueRequest {
    const { fromMs, toMs } = this.times;
    const selectors = this.checked('match[]', () => parseSelectors([...this.values('match[]')]));
    if (selectors.some((matchers) => matchers.every((matcher) => matcher.matches('')))) {
      throw new PromqlBadDataError('match[] must contain at least one non-empty matcher');
    }
    return { selectors, fromMs, toMs };
  }

  /** One selector; none fits everything. @throws PromqlBadDataError */
  selector(name: keyof PrometheusParameters): readonly Matcher[] {
    const text = this.text(name);
    return text === '' ? [] : this.checked(name, () => parseSelectors([text])[0]!);
  }

  /** The values of a parameter together may be as long as one. */
  private checkLengths(name: keyof PrometheusParameters): void {
    const values = [...this.values(name)];
    const problem =
      lengthProblem(`parameter "${name}"`, values.join(''), MAX_LENGTHS[name] ?? MAX_LENGTH) ??
      (values.length > MAX_SELECTORS
        ? `parameter "${name}" comes ${values.length} times; at most ${MAX_SELECTORS} are taken`
        : undefined);
    if (problem !== undefined) throw new PromqlBadDataError(problem);
  }

  private checked<T>(name: string, read: () => T): T {
    try {
      return read();
    } catch (error) {
      throw new PromqlBadDataError(`invalid parameter "${name}": ${(error as Error).message}`, { cause: error });
    }
  }
}

const RFC3339 = /^(\d{4}-\d\d-(\d\d))T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;

function parseTime(text: string): number {
  const seconds = parseFloat64(text);
  const milliseconds = seconds === undefined ? parseDate(text) : millisecondsOf(seconds);
  if (Number.isNaN(milliseconds) || Math.abs(milliseconds) > LATEST_MS) {
    throw new Error(`cannot parse "${text}" to a valid timestamp`);
  }
  return milliseconds;
}

function millisecondsOf(seconds: number): number {
  const whole = Math.trunc(seconds);
  return whole * 1_000 + Math.round((seconds - whole) * 1_000);
}

/** NaN for what is no date; JavaScript alone would take the 30th of February for the 2nd of March. */
function parseDate(text: string): number {
  const [, date, day] = RFC3339.exec(text) ?? [];
  if (date === undefined || new Date(date).getUTCDate() !== Number(day)) return NaN;
  return Date.parse(text);
}
