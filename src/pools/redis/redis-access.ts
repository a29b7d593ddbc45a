import type { Redis, RedisOptions } from 'ioredis';
import type { ConnectionOptions } from 'node:tls';
import { delay } from '../../common/deadline';
import type { Credentials } from '../credentials.options';
import type { CredentialsSource } from '../credentials-source';
import type { PoolIdentity } from '../pools-option';
import type { Tls } from '../tls';

/** With what connections to Redis are opened, beside the URL. */
export interface RedisAccess {
  /** Whose connections they are. */
  readonly pool: PoolIdentity;
  readonly tls: Tls | undefined;
  readonly credentials: CredentialsSource | undefined;
}

/** The options of ioredis and what is not its own. */
export type RedisClientOptions = RedisOptions & { readonly access?: RedisAccess | undefined };

/** The parts of ioredis that its types leave out. */
interface Internals {
  readonly connector: { connect(onError: unknown): Promise<unknown> };
  condition: { auth?: string | [string, string] | undefined } | undefined;
  silentEmit(event: 'error', error: unknown): void;
  readonly options: Omit<RedisOptions, 'tls' | 'username' | 'password'> & {
    tls?: ConnectionOptions;
    username?: string | undefined;
    password?: string | undefined;
  };
}

/** Before every connect of `client`, also after a failure: gets its credentials and reads its certificates. */
export function openWith(client: Redis, { tls, credentials }: RedisAccess, onUsed: (used: Credentials) => void): void {
  if (tls === undefined && credentials === undefined) return;
  const internals = client as unknown as Internals;
  const { connector, options } = internals;
  const open = connector.connect.bind(connector);
  connector.connect = async (onError) => {
    if (tls !== undefined) options.tls = tls.options();
    if (credentials !== undefined) {
      const used = await credentialsFor(client, internals, credentials);
      onUsed(used);
      const { username = options.username, password } = used;
      // ioredis has read the options before it asks for a socket.
      Object.assign(options, { username, password });
      if (internals.condition) internals.condition.auth = username ? [username, password] : password;
    }
    if (client.status !== 'connecting') throw new Error('The connection was ended while it was opened');
    return await open(onError);
  };
}

/** A failure here would end a client of ioredis for good, so one that reconnects tries again by itself. */
async function credentialsFor(client: Redis, internals: Internals, credentials: CredentialsSource) {
  for (let attempt = 1; ; attempt++) {
    try {
      return await credentials.get();
    } catch (error) {
      const pauseMs = internals.options.retryStrategy?.(attempt);
      if (typeof pauseMs !== 'number' || client.status !== 'connecting') throw error;
      internals.silentEmit('error', error);
      await delay(pauseMs);
    }
  }
}

/** Whether Redis has refused user or password, or misses them. */
export const isRefusal = (error: unknown): boolean =>
  /^(?:WRONGPASS|NOAUTH|ERR invalid (?:username-)?password)/.test(String((error as { message?: unknown }).message));
