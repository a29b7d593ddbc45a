import type { IncomingHttpHeaders } from 'node:http';
import type { Request } from 'express';
import { tokenInCookie } from './session-cookie';

const MAX_HEADER_LENGTH = 1_024;

/** Prometheus, promtool and Grafana speak Basic better than Bearer; other clients do not need it. */
export const BASIC_PATHS = /^\/(metrics|performance\/prometheus(\/.*)?)$/;

/** Whether a token may also come as the password of Basic, as scrapers and data sources send it. */
export function takesBasic(request: Request): boolean {
  return BASIC_PATHS.test(request.path);
}

export interface Credentials {
  readonly token: string;
  /** A browser adds Basic and cookies by itself to every request for this origin, also to those that another site makes. */
  readonly scheme: 'bearer' | 'basic' | 'cookie';
}

/**
 * Whether a browser makes the request for a page of another site. A link that is followed is not: what it answers is
 * shown to the person who followed it, and to no page.
 */
export function isCrossSite({ headers, method }: Request): boolean {
  const site = headers['sec-fetch-site'];
  if (site === 'same-origin' || site === 'none') return false;
  if (site !== undefined) return method !== 'GET' || headers['sec-fetch-mode'] !== 'navigate' || isFramed(headers);
  const { origin } = headers;
  if (origin !== undefined) return !(URL.canParse(origin) && new URL(origin).host === headers.host);
  return isPartOfPage(headers);
}

const isFramed = ({ 'sec-fetch-dest': into }: IncomingHttpHeaders): boolean =>
  into !== undefined && into !== 'document';

/**
 * Over plain HTTP browsers say neither site nor origin when they get an image, a script or a style for some page. What a
 * person opens is asked for as HTML; other clients do not call themselves Mozilla.
 */
function isPartOfPage({ 'user-agent': agent = '', accept }: IncomingHttpHeaders): boolean {
  return agent.startsWith('Mozilla/') && accept !== undefined && !accept.includes('text/html');
}

/**
 * The token of `Authorization: Bearer`, or the password of `Basic` where that is taken, or else that of a browser's
 * session. `missing`: there is none of them; `invalid`: there is a header that cannot hold a token.
 */
export function tokenIn(request: Request): Credentials | 'missing' | 'invalid' {
  const header = request.headers.authorization;
  if (header === undefined || header === '') {
    const token = tokenInCookie(request.headers.cookie);
    return token === undefined ? 'missing' : { token, scheme: 'cookie' };
  }
  if (header.length > MAX_HEADER_LENGTH) return 'invalid';
  const [, scheme, value] = /^(\S+) +(\S+) *$/.exec(header) ?? [];
  if (scheme === undefined || value === undefined) return 'invalid';
  if (scheme.toLowerCase() === 'bearer') return { token: value, scheme: 'bearer' };
  if (scheme.toLowerCase() === 'basic' && takesBasic(request)) return { token: passwordIn(value), scheme: 'basic' };
  return 'invalid';
}

/** RFC 7617: base64 of `user:password`; the user's name does not matter. */
function passwordIn(encoded: string): string {
  const decoded = Buffer.from(encoded, 'base64').toString('utf8');
  return decoded.slice(decoded.indexOf(':') + 1);
}
