import type { IncomingMessage } from 'node:http';

const MAX_LENGTH = 256;

/** The path of a request as it was sent, without its query, shortened. */
export function pathOf(request: IncomingMessage & { readonly originalUrl?: string }): string {
  // Express takes off `url` what a router is mounted below.
  return (request.originalUrl ?? request.url ?? '').split('?', 1)[0]!.slice(0, MAX_LENGTH);
}
