import type { Cluster, Command, Redis } from 'ioredis';
import type { Answered } from './redis-link';

/** Values in the order of their keys. */
export type KeyValues = readonly (Buffer | null)[];

/**
 * MGET, whose answer goes to its caller as soon as it is read. ioredis's own command converts what it sends and what it
 * gets, and answers a turn of the microtask queue later, which is a tenth of the cost of a hit in Redis.
 */
class MgetCommand {
  name = 'mget';
  inTransaction = false;
  isResolved = false;
  /** For what looks at a command from outside, such as a breaker of the pool; the caller does not use it. */
  readonly promise: Promise<unknown>;
  // Not methods: whoever observes commands takes them off the object and calls them by themselves.
  resolve: (reply: unknown) => void;
  reject: (error: Error) => void;

  constructor(
    readonly args: string[],
    caller: Answered<KeyValues>,
  ) {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    this.promise = promise;
    this.resolve = (reply) => {
      this.isResolved = true;
      resolve(reply);
      caller.answered(reply as KeyValues);
    };
    this.reject = (error) => {
      promise.catch(() => undefined); // the caller is told of it
      reject(error);
      caller.failed(error);
    };
  }

  toWritable(): string {
    const { args } = this;
    let text = `*${args.length + 1}\r\n$4\r\nmget\r\n`;
    for (const arg of args) text += `$${Buffer.byteLength(arg)}\r\n${arg}\r\n`;
    return text;
  }

  /** Called where the connection has a `commandTimeout`: the caller has a deadline of its own. */
  setTimeout(): void {}
}

let isComplete = false;

/** Whatever else ioredis asks a command for. With the first of them: who uses no Redis has no ioredis. */
function complete(): void {
  if (isComplete) return;
  const ioredis = require('ioredis') as typeof import('ioredis');
  Object.setPrototypeOf(MgetCommand.prototype, ioredis.Command.prototype);
  isComplete = true;
}

/** Reads the values of the keys, all of one hash slot, as bytes. */
export function mget(client: Redis | Cluster, keys: string[], caller: Answered<KeyValues>): void {
  // What rewrites commands, or sends them again elsewhere, needs those of ioredis.
  if (client.isCluster || isRewriting(client as Redis)) {
    client.mgetBuffer(keys).then(
      (values) => caller.answered(values),
      (error: unknown) => caller.failed(error),
    );
    return;
  }
  complete();
  (client as Redis).sendCommand(new MgetCommand(keys, caller) as unknown as Command);
}

function isRewriting({ options: { keyPrefix, enableAutoPipelining } }: Redis): boolean {
  return enableAutoPipelining === true || (keyPrefix !== undefined && keyPrefix !== '');
}
