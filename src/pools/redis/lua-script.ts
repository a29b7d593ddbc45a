import { hash } from 'node:crypto';
import type { Cluster, Redis } from 'ioredis';
import { masterNodes } from './master-nodes';

/** Redis 7 lets a script declare that it may run although memory is full; Redis 6 cannot compile that line. */
const ALLOW_OOM_HEADER = '#!lua flags=allow-oom\n';

/** Whether the caller still waits for the answer: false once its deadline is over. */
export interface StillWanted {
  readonly wanted: boolean;
}

const ALWAYS: StillWanted = { wanted: true };

/** A Lua script: sent by its digest (EVALSHA), and in full (EVAL) only where the server does not know it yet. */
export class LuaScript {
  private source: string;
  private digest: string;

  /** With `allowOom` it runs also where Redis has no memory left; for scripts that free memory or need next to none. */
  constructor(
    private readonly body: string,
    options: { readonly allowOom?: boolean } = {},
  ) {
    this.source = options.allowOom === true ? `${ALLOW_OOM_HEADER}${body}` : body;
    this.digest = hash('sha1', this.source);
  }

  /** Runs it; strings in the answer are buffers. Rejects as the client does, and is sent no second time once it is not wanted. */
  async run(
    client: Redis | Cluster,
    keys: readonly string[],
    args: readonly (string | number | Buffer)[],
    call: StillWanted = ALWAYS,
  ): Promise<unknown> {
    try {
      return await client.callBuffer('EVALSHA', [this.digest, keys.length, ...keys, ...args]);
    } catch (error) {
      if (!says(error, 'NOSCRIPT')) throw error;
      if (!call.wanted) {
        // Run after its caller has given up, the script could undo later changes. Loading it only helps the next call.
        this.load(client);
        throw error;
      }
    }
    try {
      return await client.callBuffer('EVAL', [this.source, keys.length, ...keys, ...args]);
    } catch (error) {
      if (this.source === this.body || !says(error, 'compiling script') || !call.wanted) throw error;
      this.source = this.body;
      this.digest = hash('sha1', this.body);
      return client.callBuffer('EVAL', [this.source, keys.length, ...keys, ...args]);
    }
  }

  private load(client: Redis | Cluster): void {
    for (const node of masterNodes(client)) node.script('LOAD', this.source).catch(() => undefined);
  }
}

function says(error: unknown, text: string): boolean {
  return error instanceof Error && error.message.includes(text);
}
