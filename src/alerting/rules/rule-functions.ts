import { isIP } from 'node:net';
import { parseFloat64 } from '../../monitoring/promql/functions/go-math';
import { parseDuration } from '../../monitoring/promql/syntax/literals';
import { type TemplateFunction, templateFunction, variadicFunction } from '../template/template-functions';
import { TemplateMap, textOf, typeName } from '../template/template-values';
import { matchesSomewhere, replaceAll } from './go-regexp';
import { humanize, humanize1024, humanizeDuration, humanizePercentage, humanizeTimestamp } from './humanize';

/** One result of `query`, as templates see it. */
export interface TemplateSample {
  readonly Labels: TemplateMap;
  readonly Value: number;
}

/** What the functions need to know of where they run. */
export interface RuleFunctionContext {
  /** The results of an expression at the time of the evaluation. */
  query(expr: string): readonly TemplateSample[];
  readonly externalUrl: string;
}

const number = (format: (value: number) => string) => templateFunction(['any'], (value) => format(toFloat(value)));

const link = (expr: string, tab: number) => `/graph?g0.expr=${queryEscape(expr)}&g0.tab=${tab}`;

/** The functions of Prometheus's alert templates, beyond those of Go's. */
export function ruleFunctions(context: RuleFunctionContext): Map<string, TemplateFunction> {
  return new Map<string, TemplateFunction>([
    ['query', templateFunction(['string'], (expr) => context.query(expr))],
    ['first', templateFunction(['any'], first)],
    ['label', templateFunction(['string', 'any'], (name, sample) => labelOf(sample, name))],
    ['value', templateFunction(['any'], (sample) => sampleOf(sample).Value)],
    ['strvalue', templateFunction(['any'], (sample) => labelOf(sample, '__value__'))],
    ['sortByLabel', templateFunction(['string', 'any'], sortByLabel)],
    [
      'args',
      variadicFunction(
        [],
        'any',
        (...args) =>
          new TemplateMap(
            args.map((arg, at) => [`arg${at}`, arg]),
            null,
          ),
      ),
    ],
    ['reReplaceAll', templateFunction(['string', 'string', 'string'], replaceAll)],
    ['match', templateFunction(['string', 'string'], matchesSomewhere)],
    ['safeHtml', templateFunction(['string'], (text) => text)],
    ['title', templateFunction(['string'], title)],
    ['toUpper', templateFunction(['string'], (text) => text.toUpperCase())],
    ['toLower', templateFunction(['string'], (text) => text.toLowerCase())],
    ['graphLink', templateFunction(['string'], (expr) => link(expr, 0))],
    ['tableLink', templateFunction(['string'], (expr) => link(expr, 1))],
    ['stripPort', templateFunction(['string'], stripPort)],
    ['stripDomain', templateFunction(['string'], stripDomain)],
    ['humanize', number(humanize)],
    ['humanize1024', number(humanize1024)],
    ['humanizeDuration', number(humanizeDuration)],
    ['humanizePercentage', number(humanizePercentage)],
    ['humanizeTimestamp', number(humanizeTimestamp)],
    ['toTime', templateFunction(['any'], (value) => toTime(toFloat(value)))],
    ['pathPrefix', templateFunction([], () => pathOf(context.externalUrl))],
    ['externalURL', templateFunction([], () => context.externalUrl)],
    ['parseDuration', templateFunction(['string'], (text) => parseDuration(text) / 1_000)],
    // Console templates, which there are none of.
    ['tmpl', templateFunction(['string', 'any'], () => '')],
  ]);
}

function toFloat(value: unknown): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  if (typeof value !== 'string') throw new Error(`can't convert ${typeName(value)} to float`);
  const parsed = parseFloat64(value);
  if (parsed === undefined) throw new Error(`strconv.ParseFloat: parsing "${value}": invalid syntax`);
  return parsed;
}

function isSample(value: unknown): value is TemplateSample {
  return typeof value === 'object' && value !== null && 'Labels' in value && 'Value' in value;
}

function sampleOf(value: unknown): TemplateSample {
  if (isSample(value)) return value;
  throw new Error(`wrong type for value; expected a sample; got ${typeName(value)}`);
}

const labelOf = (sample: unknown, name: string): string => textOf(sampleOf(sample).Labels.get(name) ?? '');

function samplesOf(value: unknown): readonly TemplateSample[] {
  if (Array.isArray(value) && value.every(isSample)) return value;
  throw new Error(`wrong type for value; expected the result of a query; got ${typeName(value)}`);
}

function first(value: unknown): TemplateSample {
  const [sample] = samplesOf(value);
  if (sample === undefined) throw new Error('first() called on vector with no elements');
  return sample;
}

function sortByLabel(name: string, value: unknown): TemplateSample[] {
  return samplesOf(value).toSorted((one, other) => {
    const [a, b] = [labelOf(one, name), labelOf(other, name)];
    return a === b ? 0 : a < b ? -1 : 1;
  });
}

/** A capital at the beginning of each word. */
const title = (text: string): string =>
  text.replaceAll(/(^|[^\p{L}\p{N}_'])(\p{L})/gu, (_, before: string, letter: string) => before + letter.toUpperCase());

/** What stands before the port, or the text where there is none. */
function stripPort(text: string): string {
  const bracketed = /^\[([^[\]]*)\]:[^:[\]]*$/.exec(text);
  if (bracketed) return bracketed[1]!;
  const plain = /^([^:[\]]*):[^:[\]]*$/.exec(text);
  return plain ? plain[1]! : text;
}

/** The first name of a host; its port stays. */
function stripDomain(text: string): string {
  const host = stripPort(text);
  if (isIP(host) !== 0) return text;
  const port = host === text ? '' : text.slice(text.lastIndexOf(':'));
  return host.split('.')[0]! + port;
}

const queryEscape = (text: string): string => encodeURIComponent(text).replaceAll('%20', '+');

function pathOf(url: string): string {
  return URL.canParse(url) ? new URL(url).pathname.replace(/\/$/, '') : '';
}

/** A time with what templates ask of it. */
function toTime(seconds: number) {
  return { Unix: () => BigInt(Math.trunc(seconds)), String: () => humanizeTimestamp(seconds) };
}
