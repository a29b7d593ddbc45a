import type { CacheTime } from '../cache-time';
import type { BusHearing } from './bus-hearing';
import type { EntryCodec } from './entry-codec';
import type { LoadLocks } from './load-locks';
import type { Reachability } from './reachability';
import type { RecoveryJournal } from './recovery-journal';
import type { RedisKeys } from './redis-keys';
import type { RedisPort } from '../tiers/redis-port';
import type { ServerTime } from './server-time';

/** What the namespaces of the Redis tier share. */
export interface RedisContext {
  /** This process, as its messages on the bus are signed. */
  readonly origin: string;
  readonly port: RedisPort;
  readonly keys: RedisKeys;
  readonly shards: number;
  readonly timeoutMs: number;
  readonly time: CacheTime;
  readonly serverTime: ServerTime;
  readonly codec: EntryCodec;
  readonly journal: RecoveryJournal;
  readonly reach: Reachability;
  readonly hearing: BusHearing;
  readonly locks: LoadLocks;
  /** Lets processes that invalidate in all namespaces know of this one. */
  announce(namespace: string): void;
}
