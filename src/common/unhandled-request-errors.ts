import { channel } from 'node:diagnostics_channel';
import type { Server } from 'node:http';

/**
 * Where an error of a request was caught that no code handled: `filter` by the exception filter, before the answer;
 * `listener` in an event listener of the request, its answer or its socket; `exception` and `rejection` where else
 * they would have ended the process.
 */
export type UnhandledOrigin = 'filter' | 'listener' | 'exception' | 'rejection';

export const UNHANDLED_ORIGINS: readonly UnhandledOrigin[] = ['filter', 'listener', 'exception', 'rejection'];

/** Published once for each such error, after it was logged. */
export interface UnhandledRequestError {
  readonly server: Server;
  readonly origin: UnhandledOrigin;
  readonly error: unknown;
}

export const unhandledRequestErrors = channel('performance-gateway:http:unhandled-error');
