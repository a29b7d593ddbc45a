import type { Request } from 'express';
import type { z } from 'zod';
import { SystemClock } from '../src/common/clock';
import { SecretRedactor } from '../src/common/log/secret-redactor';
import { ServiceLogger } from '../src/common/log/service-logger';
import { redisUrlProblem } from '../src/common/url-problem';
import { allowedHosts } from '../src/http/allowed-hosts';
import { withoutPorts } from '../src/http/forwarded-addresses';
import { acceptsGzip, preferredOffer } from '../src/http/media-type';
import { requestIdFrom } from '../src/http/request-id';
import { traceParentFrom } from '../src/http/trace-parent';
import { parseFloat64 } from '../src/monitoring/promql/functions/go-math';
import { labelJoin, labelReplace } from '../src/monitoring/promql/functions/label-functions';
import { RegexMatcher } from '../src/monitoring/promql/regex/regex-matcher';
import { parseExpression, parseSelectors } from '../src/monitoring/promql/syntax/expression-parser';
import { parseDuration, parseNumber, unquote } from '../src/monitoring/promql/syntax/literals';
import { parseComment, parseSampleLine } from '../src/monitoring/series/import/exposition-line';
import { readWriteRequest } from '../src/monitoring/remote-write/write-request';
import { ImportedFamilies } from '../src/monitoring/series/import/imported-families';
import { parseSeriesText } from '../src/monitoring/series/import/series-text';
import { Labels } from '../src/monitoring/series/labels';
import { entriesQuery, invalidateBody } from '../src/performance/cache/cache.schemas';
import { metricBody, samplesBody } from '../src/performance/metrics/metrics.schemas';
import { PrometheusRequest } from '../src/performance/prometheus/prometheus-parameters';
import { retryAfterMs } from '../src/pools/http/retry-after';
import { tagChangesSession, textChangesSession } from '../src/pools/postgres/session-change';
import { clientAddress } from '../src/security/client-address';
import { tokensIn } from '../src/security/api-token';
import { isCrossSite, tokenIn } from '../src/security/credentials';

/** CPU time of this thread: ten times what is aimed at, since the machine may be slow. */
const MAX_MS = 500;
const MEGABYTE = 1_048_576;
/** Just below what a query and a line of an import may have. */
const BELOW_LIMIT = 65_000;

/** What texts are made of: once is harmless. */
// prettier-ignore
const UNITS = [
  '1', '0', '1.', '.', 'e', '1e', '-', '+', ' ', '\t', ' \t', '\n', '\r', '\n ', '\u2028', '\0', 'a', 'a-', 'é', '😀',
  '"', "'", '`', '\\', '\\n', '\\x', '{', '}', '{}', '(', ')', '()', '(a', '[', ']', '[a', '[5m]', '[^a-z]', '(?:', '(?i)',
  ',', '=', 'a=', 'a="",', 'a="b",', '=~', '|', 'a|', '*', 'a*', '(a*)*', 'a{1000}', '$', '$1', '${a}', ':', ';',
  '#', ' # ', '# HELP a b', '\n#', '/', '://', 'a://', 'a:b@', 'Bearer ', 'Basic a', 'q=1,', 'text/plain;q=1,', '*/*,',
  '1s', '1ms', '5m', ' or a', ' offset 5m', 'sum(', 'by (a) ', '1+', '-1', 'set_config(', "set_config('','',true),", ', true', 'SET LOCAL ', 'create ', 'into ',
  '::', '1:', '1.1.1.1,', '[::1]:1,', 'http://a', 'a.', 'ffff:', '%41', '%', '&a=', '\n    at ', '\\Q', '\\pL', '[[:alpha:]]', '(?P<a>',
];
/** What makes a repeated text not fit after all. */
const TAILS = ['', 'x', '\n'];

const clock = new SystemClock();
const pattern = RegexMatcher.compile('(.*a)?(b|[c-f])*');
const labels = Labels.from({ __name__: 'a', b: 'c' });
const headers = (name: string, text: string) => ({ headers: { [name]: text }, path: '/metrics' }) as unknown as Request;
const hosts = allowedHosts(['a.example', '.example.org']);
const offers = [{ type: 'text/plain', value: 1 }] as const;
const redactor = new SecretRedactor(['a-configured-token']);
const logger = (json: boolean) => new ServiceLogger({ level: 'info', json, redactor, write: () => undefined });
const json = logger(true);
const text = logger(false);

interface Parser {
  readonly reads: string;
  /** What it says of a text does not matter here. */
  readonly parse: (foreign: string) => unknown;
  /** What the text begins with, so that more of the parser is reached. */
  readonly heads?: readonly string[];
}

const PARSERS: readonly Parser[] = [
  { reads: 'a float', parse: parseFloat64, heads: ['', '-', '1e'] },
  { reads: 'a number of PromQL', parse: parseNumber, heads: ['', '0x', '0'] },
  { reads: 'a duration', parse: parseDuration, heads: ['', '1h'] },
  { reads: 'a quoted string', parse: (foreign) => unquote(`"${foreign}"`) },
  { reads: 'a query', parse: parseExpression, heads: ['', 'a{', 'a{b=~"', 'sum(', '"'] },
  { reads: 'a selector', parse: (foreign) => parseSelectors([foreign]), heads: ['', 'a{'] },
  { reads: 'a regular expression', parse: (foreign) => RegexMatcher.compile(foreign), heads: ['', '(?i)['] },
  { reads: 'a text under a regular expression', parse: (foreign) => pattern.captures(foreign.slice(0, 16_384)) },
  { reads: 'a template of label_replace', parse: (foreign) => labelReplace('x', foreign, 'b', '(.*)', 16_384)(labels) },
  { reads: 'a label of label_join', parse: (foreign) => labelJoin(foreign, foreign, [foreign], 16_384)(labels) },
  { reads: 'the parameter time', parse: (foreign) => new PrometheusRequest({ time: foreign }).time('time') },
  { reads: 'the parameter step', parse: (foreign) => new PrometheusRequest({ step: foreign }).duration('step') },
  { reads: 'the parameter limit', parse: (foreign) => new PrometheusRequest({ limit: foreign }).integer('limit') },
  { reads: 'the parameter match[]', parse: (foreign) => new PrometheusRequest({ 'match[]': [foreign] }).catalogue() },
  {
    reads: 'a comment of an import',
    parse: (foreign) => {
      const comment = parseComment(foreign);
      return comment && new ImportedFamilies('text').add(comment);
    },
    heads: ['#', '# HELP', '# HELP a', '# UNIT a b'],
  },
  { reads: 'a sample of an import', parse: (foreign) => parseSampleLine(foreign, 'text'), heads: ['', 'a', 'a{', 'a 1'] },
  { reads: 'a sample of OpenMetrics', parse: (foreign) => parseSampleLine(foreign, 'openmetrics'), heads: ['a{b="', 'a 1 1'] },
  { reads: 'the labels of an import', parse: parseSeriesText, heads: ['', 'a', 'a{', 'a{b', 'a{b="', 'a{b="c"'] },
  { reads: 'the header Accept', parse: (foreign) => preferredOffer(foreign, offers) },
  { reads: 'the header Accept-Encoding', parse: acceptsGzip, heads: ['', 'gzip;'] },
  { reads: 'the header Authorization', parse: (foreign) => tokenIn(headers('authorization', foreign)), heads: ['', 'Basic '] },
  { reads: 'the header Host', parse: (foreign) => hosts({ headers: { host: foreign }, rawHeaders: ['Host', foreign] } as unknown as Request, {} as never, () => undefined), heads: ['', 'a.example:', '['] },
  { reads: 'the header Origin', parse: (foreign) => isCrossSite({ method: 'POST', headers: { origin: foreign, host: 'a' } } as unknown as Request), heads: ['', 'http://', 'http://a.'] },
  { reads: 'the header X-Forwarded-For', parse: withoutPorts, heads: ['', '1.1.1.1', '[::1'] },
  { reads: 'the headers User-Agent and Accept', parse: (foreign) => isCrossSite({ method: 'GET', headers: { 'user-agent': `Mozilla/${foreign}`, accept: foreign } } as unknown as Request) },
  { reads: 'a file of tokens', parse: tokensIn, heads: ['', 'name read '] },
  { reads: 'a message of remote write', parse: (foreign) => [...readWriteRequest(Buffer.from(foreign, 'latin1'))], heads: ['', '\n\x80\x80\x08'] },
  { reads: 'the header X-Request-Id', parse: requestIdFrom },
  { reads: 'the header traceparent', parse: traceParentFrom, heads: ['', '00-'] },
  { reads: 'the header Retry-After', parse: (foreign) => retryAfterMs(foreign, clock) },
  { reads: 'a forwarded address', parse: (foreign) => clientAddress({ ip: foreign, socket: {} } as unknown as Request), heads: ['', '::ffff:'] },
  { reads: 'the URL of a Redis', parse: redisUrlProblem, heads: ['', 'redis://a/'] },
  { reads: 'what the log redacts', parse: (foreign) => redactor.redact(foreign), heads: ['', 'Bearer', 'http://'] },
  { reads: 'a line of the JSON log', parse: (foreign) => json.log(foreign) },
  { reads: 'a line of the text log', parse: (foreign) => text.error(foreign, foreign, 'Http') },
  { reads: 'an SQL statement', parse: (foreign) => [tagChangesSession('SET', foreign), textChangesSession(foreign)], heads: ['', 'SET LOCAL ', 'SELECT set_config('] },
]; // prettier-ignore

/** Bodies as JSON would have them; each as large as a body may be. */
const BODIES: readonly (readonly [string, z.ZodType, unknown])[] = [
  ['a cursor and a namespace', entriesQuery, { cursor: 'a'.repeat(1_048_576), namespace: '@'.repeat(1_048_576) }],
  ['unknown fields', invalidateBody, Object.fromEntries(Array.from({ length: 100_000 }, (_, i) => [`f${i}`, 1]))],
  ['keys', invalidateBody, { keys: Array(300_000).fill('') }],
  ['labels of a metric', metricBody, { name: 'a', kind: 'counter', help: ' '.repeat(500_000), labels: Array(200_000).fill('!') }],
  ['samples', samplesBody, { samples: Array.from({ length: 300_000 }, () => ({})) }],
  ['labels of a sample', samplesBody, { value: 1, labels: Object.fromEntries(Array.from({ length: 100_000 }, (_, i) => [`!${i}`, 1])) }],
]; // prettier-ignore

function cpuMs(work: () => unknown): number {
  const before = process.threadCpuUsage();
  try {
    work();
  } catch {
    // Most of these texts are refused.
  }
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1_000;
}

/** The least of three, when the first is over: a collection of garbage is nobody's fault. */
function leastMs(work: () => unknown): number {
  let least = Infinity;
  for (let attempt = 0; attempt < 3 && least > MAX_MS; attempt++) least = Math.min(least, cpuMs(work));
  return least;
}

/** Texts made of one thing again and again, each as a function of its length. */
function* foreignTexts(heads: readonly string[]): Iterable<(length: number) => string> {
  for (const head of heads) {
    for (const unit of UNITS) {
      for (const tail of TAILS) {
        yield (length) => head + unit.repeat(Math.floor((length - head.length) / unit.length) - 1) + tail;
      }
    }
  }
}

/**
 * How long a text of that length takes, where that may be too long. A quarter is read first, and a quarter of that: what
 * takes time quadratic in the length takes sixteen times as long for four times the length. Where the quarter is so quick
 * that even then the whole would be in time, or grows by far less than that, the whole need not be read.
 */
function tooLongMs(parse: Parser['parse'], textOf: (length: number) => string, length: number): number | undefined {
  const quarterMs = cpuMs(() => parse(textOf(length / 4)));
  if (quarterMs <= MAX_MS / 16) return undefined;
  if (quarterMs <= MAX_MS / 4 && quarterMs < 6 * cpuMs(() => parse(textOf(length / 16)))) return undefined;
  const foreign = textOf(length);
  const took = leastMs(() => parse(foreign));
  return took > MAX_MS ? took : undefined;
}

const shown = (foreign: string) => `${foreign.slice(0, 40)}…${foreign.slice(-10)} (${foreign.length} characters)`;

describe('what others send is read in time linear in its length', () => {
  it.each(PARSERS)(
    '$reads',
    ({ parse, heads = [''] }) => {
      const slow: string[] = [];
      for (const textOf of foreignTexts(heads)) {
        for (const length of [MEGABYTE, BELOW_LIMIT]) {
          const took = tooLongMs(parse, textOf, length);
          if (took !== undefined) slow.push(`${shown(textOf(length))}: ${took} ms`);
        }
      }
      expect(slow).toEqual([]);
    },
    120_000,
  );

  it.each(BODIES)('the body of a request: %s', (_, schema, body) => {
    expect(leastMs(() => schema.safeParse(body))).toBeLessThan(MAX_MS);
  });
});
