import type { HttpMethod, HttpRequestOptions } from './http.options';

/** What is sent next, where an answer leads to another URL. */
export type RedirectedOptions = Pick<HttpRequestOptions, 'method' | 'headers' | 'body'>;

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** They show who asks, and are for the origin that was asked only. */
const CREDENTIALS: ReadonlySet<string> = new Set(['authorization', 'proxy-authorization', 'cookie', 'host']);
/** They describe a body that is not sent again. */
const OF_BODY = /^(?:content-.*|transfer-encoding)$/;

/** Where an answer leads; undefined: it leads nowhere. */
export const locationOf = (status: number, location: string | undefined): string | undefined =>
  REDIRECTS.has(status) ? location : undefined;

/** Whether a redirect with this status makes a GET of the request (Fetch, HTTP-redirect fetch, step 12). */
const becomesGet = (status: number, method: HttpMethod): boolean =>
  status === 303 ? method !== 'GET' && method !== 'HEAD' : status < 303 && method === 'POST';

/** The request as it goes on: method and body by the rules of fetch, credentials for the same origin only. */
export function redirected(
  status: number,
  { method = 'GET', headers, body }: RedirectedOptions,
  sameOrigin: boolean,
): RedirectedOptions {
  const asGet = becomesGet(status, method);
  const kept = Object.entries(headers ?? {}).filter(([name]) => {
    const lower = name.toLowerCase();
    return (sameOrigin || !CREDENTIALS.has(lower)) && !(asGet && OF_BODY.test(lower));
  });
  return {
    method: asGet ? 'GET' : method,
    headers: Object.fromEntries(kept),
    ...(asGet || body === undefined ? {} : { body }),
  };
}
