import { hash } from 'node:crypto';
import type { Cluster, Redis } from 'ioredis';
import { nodesOf } from '../tiers/redis-port';

/** Redis 7 lets a script declare that it may run although memory is full; Redis 6 cannot compile that line. */
const FULL_HEADER = '#!lua flags=allow-oom\n';

/** Whether a step that takes several commands should go on: false once its deadline is over. */
export type StillWanted = () => boolean;

/** A Lua script, sent by its digest and in full only where the server does not know it yet. */
export class RedisScript {
  private source: string;
  private digest: string;

  constructor(
    private readonly body: string,
    options: { readonly evenWhenFull?: boolean } = {},
  ) {
    this.source = options.evenWhenFull === true ? `${FULL_HEADER}${body}` : body;
    this.digest = hash('sha1', this.source);
  }

  /** Runs it; strings in the answer are buffers. Rejects as the client does. */
  async run(
    client: Redis | Cluster,
    keys: readonly string[],
    args: readonly (string | number | Buffer)[],
    wanted: StillWanted,
  ): Promise<unknown> {
    try {
      return await client.callBuffer('EVALSHA', [this.digest, keys.length, ...keys, ...args]);
    } catch (error) {
      if (!says(error, 'NOSCRIPT')) throw error;
      if (!wanted()) {
        // Run after its caller has given up, it could undo what was done since; known, it is in time the next time.
        this.load(client);
        throw error;
      }
    }
    try {
      return await client.callBuffer('EVAL', [this.source, keys.length, ...keys, ...args]);
    } catch (error) {
      if (this.source === this.body || !says(error, 'compiling script') || !wanted()) throw error;
      this.source = this.body;
      this.digest = hash('sha1', this.body);
      return client.callBuffer('EVAL', [this.source, keys.length, ...keys, ...args]);
    }
  }

  private load(client: Redis | Cluster): void {
    for (const node of nodesOf(client)) node.script('LOAD', this.source).catch(() => undefined);
  }
}

function says(error: unknown, text: string): boolean {
  return error instanceof Error && error.message.includes(text);
}
