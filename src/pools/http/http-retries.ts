import type { RetryOptions } from '../retry';
import type { HttpUpstream } from './http-upstream';

const PAUSE_MS = 50;

/** How requests to an upstream are tried again, also those of Qdrant's client: at once where there is another server. */
export function retriesOf({ hasChoice }: HttpUpstream): Pick<RetryOptions, 'attempts' | 'pauseMs' | 'maxPauseMs'> {
  return { attempts: 3, pauseMs: hasChoice ? 0 : PAUSE_MS, maxPauseMs: 1_000 };
}
