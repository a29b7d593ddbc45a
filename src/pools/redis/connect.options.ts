import type { RedisOptions } from 'ioredis';
import type { Clock } from '../../common/clock';
import { Backoff } from '../backoff';

const CONNECT_TIMEOUT_MS = 2_000;
/** How long a connection that is being closed gets to say goodbye. */
const GOODBYE_MS = 100;

/** Connects when asked to, keeps nothing for later and sends nothing twice: what has no answer is settled by us. */
export const SENT_ONCE = {
  lazyConnect: true,
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 0,
} as const satisfies RedisOptions;

/** How one of our connections is made, and made again; `role` is what `CLIENT LIST` shows. */
export function connectOptions(role: string, connectTimeoutMs: number | undefined, clock: Clock): RedisOptions {
  const backoff = new Backoff({ minMs: 20, maxMs: 500, share: 0.05 }, clock);
  return {
    connectTimeout: connectTimeoutMs ?? CONNECT_TIMEOUT_MS,
    connectionName: `performance-gateway:${role}`,
    disconnectTimeout: GOODBYE_MS,
    retryStrategy: (attempt) => {
      if (attempt === 1) backoff.reset();
      return backoff.next();
    },
  };
}
