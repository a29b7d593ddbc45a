import { CacheTierUnavailableError } from '../cache.errors';
import { isNamespaceName } from '../namespace/namespace-name';
import type { Send } from './namespace-changes';
import { isWrongType } from './reachability';
import type { RedisPort } from '../tiers/redis-port';

/** The list in Redis of all namespaces any process has used: who invalidates in all of them has to know each. */
export class NamespaceList {
  /** Those this process has put on it. */
  private readonly announced = new Set<string>();

  constructor(
    private readonly port: RedisPort,
    private readonly key: string,
    private readonly send: Send,
  ) {}

  /** Puts a namespace on the list in the background; asks Redis only the first time. */
  announce(name: string): void {
    if (this.announced.has(name)) return;
    this.announced.add(name);
    this.send(() => this.enlist(name)).catch(() => this.announced.delete(name));
  }

  /** Puts all that were announced on it once more: Redis may have lost it without a word. */
  async announceAgain(): Promise<void> {
    await Promise.all([...this.announced].map((name) => this.send(() => this.enlist(name))));
  }

  /** From now on each is announced again before its next change: the list may have been lost with all else. */
  forgetAnnounced(): void {
    this.announced.clear();
  }

  /** Whether any process ever used the namespace. Rejects with CacheTierUnavailableError if Redis cannot be asked. */
  async has(name: string): Promise<boolean> {
    try {
      return (await this.send(() => this.port.client.sismember(this.key, name))) === 1;
    } catch (error) {
      throw new CacheTierUnavailableError('it did not answer in time', { cause: error });
    }
  }

  /** Every namespace on the list. Rejects as `send` does. */
  async all(send: Send): Promise<readonly string[]> {
    const names = await send(() => this.port.client.smembers(this.key).catch(noneIfForeign));
    return names.filter(isNamespaceName);
  }

  private async enlist(name: string): Promise<void> {
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

/** What another application has put under the list's key names no namespace of ours. */
function noneIfForeign(error: unknown): string[] {
  if (isWrongType(error)) return [];
  throw error;
}
