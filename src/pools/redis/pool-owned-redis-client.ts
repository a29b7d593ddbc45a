import type { Command } from 'ioredis';
import { RedisClient } from './redis-client';

interface KeptListener {
  readonly event: string | symbol;
  readonly listener: (...parameters: unknown[]) => void;
}

/**
 * A connection that all callers share, and that only the pool ends: `disconnect()`, `end()`, `quit()` and
 * `removeAllListeners()` by a library that takes the client for its own do not end it for everybody else.
 */
export class PoolOwnedRedisClient extends RedisClient {
  private ending = false;
  private kept: readonly KeptListener[] = [];

  /** Does nothing without `reconnect`, which is how ioredis replaces a connection. The pool ends it when it is drained. */
  override disconnect(reconnect = false): void {
    if (reconnect || this.ending) super.disconnect(reconnect);
  }

  /** Keeps the listeners that there are now: the connection does not work without them. */
  keepListeners(): void {
    this.kept = this.eventNames().flatMap((event) =>
      this.listeners(event).map((listener): KeptListener => ({
        event,
        listener: listener as KeptListener['listener'],
      })),
    );
  }

  /** Removes what was put on after `keepListeners`. */
  override removeAllListeners(event?: string | symbol): this {
    if (event === undefined) super.removeAllListeners();
    else super.removeAllListeners(event);
    for (const kept of this.kept) if (event === undefined || kept.event === event) this.on(kept.event, kept.listener);
    return this;
  }

  /** Ends the connection for good. */
  protected endForGood(): void {
    this.ending = true;
    this.disconnect();
    this.stream?.destroy();
  }

  /**
   * Whether the command sets on the connection what the options say. ioredis sends such commands by itself; when others
   * do, nothing changes.
   */
  protected isPreparation({ name, args }: Command): boolean {
    const { db = 0, username, password, connectionName } = this.options;
    if (name === 'select') return Number(args[0]) === db;
    if (name === 'auth') return args.at(-1) === password && (args.length === 1 || args[0] === username);
    return subcommandOf(name, args) === 'client|setname' && args[1] === connectionName;
  }

  /** Whether ioredis sends the command before the connection is ready. */
  protected isHandshake(command: Command): boolean {
    if (this.status !== 'connect') return false;
    const { name, args } = command;
    return name === 'info' || subcommandOf(name, args) === 'client|setinfo' || this.isPreparation(command);
  }
}

const subcommandOf = (name: string, args: readonly unknown[]) => `${name}|${String(args[0]).toLowerCase()}`;
