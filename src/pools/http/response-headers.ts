import type { IncomingHttpHeaders } from 'node:http';

/**
 * Headers as `IncomingHttpHeaders` says they are: `set-cookie` is an array, also of one; of every other name the lines
 * are one text, joined as HTTP says (RFC 9110, 5.3). undici makes texts of single lines and arrays of several.
 */
export function asIncomingHeaders(received: IncomingHttpHeaders): IncomingHttpHeaders {
  let headers = received;
  for (const name in received) {
    const value: unknown = received[name];
    const isCookie = name === 'set-cookie';
    if (Array.isArray(value) === isCookie) continue;
    if (headers === received) headers = { ...received };
    headers[name] = isCookie ? [value as string] : (value as string[]).join(', ');
  }
  return headers;
}
