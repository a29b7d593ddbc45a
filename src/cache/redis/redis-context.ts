import type { CacheTime } from '../cache-time';
import type { BusSubscription } from './bus-subscription';
import type { EntryCodec } from './entry-codec';
import type { LoadLocks } from './load-locks';
import type { RedisLink } from './redis-link';
import type { RecoveryJournal } from './recovery-journal';
import type { RedisKeys } from './redis-keys';
import type { RedisPort } from '../tiers/redis-port';
import type { ServerCheck } from './server-check';
import type { ServerTime } from './server-time';

/** What the namespaces of the Redis tier share; the tier implements it. */
export interface RedisContext {
  /** The id of this process in its messages on the bus. */
  readonly origin: string;
  readonly port: RedisPort;
  readonly keys: RedisKeys;
  readonly shards: number;
  readonly timeoutMs: number;
  readonly time: CacheTime;
  readonly serverTime: ServerTime;
  readonly serverCheck: ServerCheck;
  readonly codec: EntryCodec;
  readonly journal: RecoveryJournal;
  readonly link: RedisLink;
  readonly subscription: BusSubscription;
  readonly locks: LoadLocks;
  /** Adds the namespace to the list in Redis, for processes that invalidate in all namespaces. */
  announce(namespace: string): void;
  /** Tells of something in the log. */
  warn(message: string): void;
}
