import { randomUUID } from 'node:crypto';

/** What may stand in a log line and in a header without being escaped. */
const ACCEPTABLE = /^[A-Za-z0-9._:/+=@~-]{1,128}$/;

/** The caller's own id if it is short and harmless, else a new one (a UUID). */
export function requestIdFrom(header: string | readonly string[] | undefined): string {
  return typeof header === 'string' && ACCEPTABLE.test(header) ? header : randomUUID();
}
