import type { IncomingMessage } from 'node:http';

/** One of the forms an answer can take. */
export interface Offer<T> {
  readonly type: string;
  /** The version it has, where the media type has versions. */
  readonly version?: string;
  readonly value: T;
}

/**
 * Picks the offer that the Accept header prefers (RFC 9110, 12.5.1), the earlier one on a tie; the first when the
 * header is absent or accepts none, as Prometheus's own exporters do. Parameters other than `version` and `q` are not
 * looked at.
 */
export function preferredOffer<T>(accept: string | undefined, offers: readonly [Offer<T>, ...Offer<T>[]]): T {
  const ranges = rangesOf(accept);
  let best = { quality: 0, value: offers[0].value };
  for (const offer of offers) {
    const matching = ranges.filter((range) => matches(range, offer)).toSorted((a, b) => b.precision - a.precision);
    const quality = matching[0]?.quality ?? 0;
    if (quality > best.quality) best = { quality, value: offer.value };
  }
  return best.value;
}

const DATA_OR_PAGE: readonly [Offer<boolean>, Offer<boolean>] = [
  { type: 'application/json', value: false },
  { type: 'text/html', value: true },
];

/** Whether a client would rather see a page than data. */
export function prefersHtml({ headers }: IncomingMessage): boolean {
  return preferredOffer(headers.accept, DATA_OR_PAGE);
}

/** Whether the Accept-Encoding header allows gzip. */
export function acceptsGzip(header: string | undefined): boolean {
  const coding = rangesOf(header);
  const gzip = coding.find(({ type }) => type === 'gzip') ?? coding.find(({ type }) => type === '*');
  return gzip !== undefined && gzip.quality > 0;
}

/** The media type that a `Content-Type` header names, in lower case and without parameters; empty without a header. */
export function mediaTypeOf(contentType: string | undefined): string {
  return (contentType ?? '').split(';', 1)[0]!.trim().toLowerCase();
}

/** The charset that a `Content-Type` header names, in lower case; undefined when it names none. */
export function charsetOf(contentType: string | undefined): string | undefined {
  const [, ...parameters] = (contentType ?? '').toLowerCase().split(';');
  const charset = parameters.map((text) => text.trim()).find((text) => text.startsWith('charset='));
  return charset?.slice('charset='.length).replaceAll('"', '').trim();
}

interface Range {
  readonly type: string;
  readonly version: string | undefined;
  readonly quality: number;
  /** The more exact range decides about an offer that several ranges match. */
  readonly precision: number;
}

/** More than this of a header is not looked at. */
const MAX_HEADER_LENGTH = 2_000;

const rangesOf = (header = ''): Range[] => header.slice(0, MAX_HEADER_LENGTH).split(',').map(parseRange);

function parseRange(text: string): Range {
  const [type = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase());
  const parameter = (name: string) => parameters.find((part) => part.startsWith(`${name}=`))?.slice(name.length + 1);
  const version = parameter('version')?.replaceAll('"', '');
  const quality = Number(parameter('q') ?? 1);
  const precision = (type === '*/*' ? 0 : type.endsWith('/*') ? 1 : 2) + (version === undefined ? 0 : 1);
  return { type, version, quality: quality >= 0 && quality <= 1 ? quality : 0, precision };
}

function matches(range: Range, offer: Offer<unknown>): boolean {
  if (range.type === '*/*') return true;
  if (range.type.endsWith('/*')) return offer.type.startsWith(range.type.slice(0, -1));
  return range.type === offer.type && (range.version === undefined || range.version === offer.version);
}
