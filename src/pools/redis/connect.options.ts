import type { RedisOptions } from 'ioredis';
import type { Clock } from '../../common/clock';
import { Backoff } from '../backoff';

const CONNECT_TIMEOUT_MS = 2_000;
/** How long a closing connection may take to end cleanly. */
const GOODBYE_MS = 100;

/** Connects when asked to, queues no command and sends none twice: commands without an answer are settled here. */
export const SENT_ONCE = {
  lazyConnect: true,
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 0,
} as const satisfies RedisOptions;

/** How a connection is opened, and opened again after a failure; `role` is what `CLIENT LIST` shows. */
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
