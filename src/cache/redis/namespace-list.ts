import { CacheTierUnavailableError } from '../cache.errors';
import { isNamespaceName } from '../namespace/namespace-name';
import { isWrongType, type Send } from './redis-link';
import { isCommandMissing } from './server-refusal';
import type { RedisPort } from '../tiers/redis-port';

/** The set in Redis of all namespaces that any process has used, for invalidations in all of them. */
export class NamespaceList {
  /** The namespaces that this process has added. */
  private readonly announced = new Set<string>();

  constructor(
    private readonly port: RedisPort,
    private readonly key: string,
    private readonly send: Send,
  ) {}

  /** Adds a namespace in the background; sends something only the first time. */
  announce(name: string): void {
    if (this.announced.has(name)) return;
    this.announced.add(name);
    this.send(() => this.add(name)).catch(() => this.announced.delete(name));
  }

  /** Adds all announced namespaces once more: Redis may have lost the set without this process noticing. */
  async announceAgain(): Promise<void> {
    await Promise.all([...this.announced].map((name) => this.send(() => this.add(name))));
  }

  /** From now on each namespace is announced again before its next change, because Redis may have lost the set. */
  forgetAnnounced(): void {
    this.announced.clear();
  }

  /** Whether any process has used the namespace. Rejects with CacheTierUnavailableError if Redis cannot be asked. */
  async has(name: string): Promise<boolean> {
    try {
      return (await this.send(() => this.port.client.sismember(this.key, name))) === 1;
    } catch (error) {
      throw new CacheTierUnavailableError('it did not answer in time', { cause: error });
    }
  }

  /** Every namespace of the set. Rejects as `send` does. */
  async all(send: Send): Promise<readonly string[]> {
    const names = await send(() => this.port.client.smembers(this.key).catch(noneIfUnreadable));
    return names.filter(isNamespaceName);
  }

  private async add(name: string): Promise<void> {
    const { client } = this.port;
    try {
      await client.sadd(this.key, name);
    } catch (error) {
      if (!isWrongType(error)) throw error;
      await client.del(this.key);
      await client.sadd(this.key, name);
    }
  }
}

/** Under its key another application stored a value of another type, or the user may not read sets. */
function noneIfUnreadable(error: unknown): string[] {
  if (isWrongType(error) || isCommandMissing(error)) return [];
  throw error;
}
