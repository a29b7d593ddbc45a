import { Logger } from '@nestjs/common';
import type { Cluster, Redis } from 'ioredis';
import type { Send } from './redis-link';
import type { RedisKeys } from './redis-keys';
import { COMMAND_NEEDS, type LackSeverity, NOT_USED } from './server-needs';
import { type RefusedPart, refusedPart } from './server-refusal';

/** Something that the cache needs of Redis and does not get. */
export interface RedisLack {
  /** The command, `keys`, `channel`, `writes`, `memory` or `cluster`. */
  readonly what: string;
  /** `unusable`: the Redis tier is not used; `degraded`: something does not work; `slower`: all works. */
  readonly severity: LackSeverity;
  /** What does not work without it. */
  readonly effect: string;
  /** What grants it, such as an `ACL SETUSER` line. */
  readonly remedy: string;
}

interface Refusal {
  readonly command: string;
  readonly part: RefusedPart;
  readonly said: string;
}

export interface ServerCheckHooks {
  /** Sends one step, also while Redis is not used. */
  readonly send: Send;
  /** The Redis tier cannot be used, for this reason. */
  readonly onUnusable: (reason: Error) => void;
}

/** How soon after a refused step the server is asked what else it refuses. */
const AFTER_REFUSAL_MS = 1_000;

/**
 * Asks the server for everything that the cache needs of it, when a connection is ready: the version, the user's commands,
 * keys and channel, and whether it takes writes. While something is missing it is asked again, so that what is granted
 * later is noticed. Each change of what is missing is logged once, with what grants it.
 */
export class ServerCheck {
  /** What is missing, as last seen. */
  lacks: readonly RedisLack[] = [];
  private refusals: readonly Refusal[] = [];
  private subscribeRefusal: Refusal | undefined;
  /** Who the server says this is; undefined until the first check. */
  private user: string | undefined;
  private running: Promise<void> | undefined;
  private timer: NodeJS.Timeout | undefined;
  private readonly logger = new Logger('Cache');

  constructor(
    private readonly client: Redis | Cluster,
    private readonly keys: RedisKeys,
    private readonly hooks: ServerCheckHooks,
  ) {}

  /** Asks whenever a connection is ready, until `close`. */
  start(): void {
    this.client.on('ready', this.inBackground);
    if (this.client.status === 'ready') this.inBackground();
  }

  close(): void {
    clearTimeout(this.timer);
    this.client.off('ready', this.inBackground);
  }

  isMissing(what: string): boolean {
    return this.lacks.some((lack) => lack.what === what);
  }

  /** Asks once more if the last answer was that the Redis tier cannot be used; rejects if it still is, with the remedy. */
  async requireUsable(): Promise<void> {
    if (this.unusable !== undefined) await this.run();
    if (this.unusable !== undefined) throw asError(this.unusable);
  }

  /** A step was refused: if nothing was known to be missing, something was taken away. */
  runSoon(): void {
    if (this.lacks.length > 0) return;
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.inBackground();
    }, AFTER_REFUSAL_MS).unref();
  }

  /** Asks whether what was missing has been granted. */
  runAgain(): void {
    if (this.lacks.length > 0) this.inBackground();
  }

  private get unusable(): RedisLack | undefined {
    return this.lacks.find(({ severity }) => severity === 'unusable');
  }

  private readonly inBackground = (): void => {
    this.run().then(
      () => {
        if (this.unusable !== undefined) this.hooks.onUnusable(asError(this.unusable));
      },
      () => undefined, // no answer: asked again with the next connection
    );
  };

  /** Joins the check under way, if there is one. Rejects if the server does not answer; then what was known stays. */
  private run(): Promise<void> {
    this.running ??= this.check().finally(() => (this.running = undefined));
    return this.running;
  }

  /** Notes how the server answered the last request to subscribe: with an error, or, undefined, with a confirmation. */
  subscribeAnswered(error: unknown): void {
    const part = refusedPart(error);
    if (error !== undefined && part === undefined) return; // no answer
    if (part === this.subscribeRefusal?.part) return;
    this.subscribeRefusal = part && { command: 'subscribe', part, said: (error as Error).message };
    this.update();
  }

  private async check(): Promise<void> {
    const answers = COMMAND_NEEDS.map(async ({ command, args }): Promise<Refusal | undefined> => {
      try {
        await this.hooks.send(() => this.client.call(command, ...args(this.keys)));
      } catch (error) {
        const part = refusedPart(error);
        if (part === 'cluster' && this.client.isCluster) throw error; // it is moving slots: ask again later
        if (part !== undefined) return { command, part, said: (error as Error).message };
        if (!isReply(error)) throw error;
      }
      return undefined;
    });
    const refusals = (await Promise.all(answers)).filter((refusal) => refusal !== undefined);
    this.user ??= await this.userName();
    this.refusals = refusals;
    this.update();
  }

  private async userName(): Promise<string> {
    try {
      return String(await this.hooks.send(() => this.client.call('ACL', 'WHOAMI')));
    } catch {
      const { client } = this;
      const options = client.isCluster ? (client as Cluster).options.redisOptions : (client as Redis).options;
      return options?.username ?? 'default';
    }
  }

  private update(): void {
    if (this.user === undefined) return; // the first check tells of everything together
    const before = this.lacks.map(({ what }) => what).join();
    const all = this.subscribeRefusal === undefined ? this.refusals : [...this.refusals, this.subscribeRefusal];
    this.lacks = lacksOf(all, this.keys, this.user);
    if (this.lacks.map(({ what }) => what).join() === before) return;
    if (this.lacks.length === 0) this.logger.log('Redis grants the cache everything it needs');
    else this.logger.warn(describe(this.lacks));
  }
}

/** One lack for each part of the server that is refused, however many commands say so. */
function lacksOf(refusals: readonly Refusal[], keys: RedisKeys, user: string): RedisLack[] {
  const lacks = new Map<string, RedisLack>();
  for (const refusal of refusals) {
    const lack = lackOf(refusal, keys, user);
    if (!lacks.has(lack.what)) lacks.set(lack.what, lack);
  }
  return [...lacks.values()];
}

function lackOf({ command, part, said }: Refusal, keys: RedisKeys, user: string): RedisLack {
  const need = COMMAND_NEEDS.find((one) => one.command === command);
  const { severity = 'degraded', effect = NOT_TOLD } = need ?? {};
  switch (part) {
    case 'command':
      return { what: command, severity, effect, remedy: `ACL SETUSER ${user} +${command}` };
    case 'version':
      return { what: command, severity, effect, remedy: `use Redis ${need?.since ?? '5.0'} or later` };
    case 'keys':
      return { what: 'keys', severity: 'unusable', effect: NOT_USED, remedy: `ACL SETUSER ${user} ~${keys.prefix}:*` };
    case 'channel':
      return { what: 'channel', severity: 'degraded', effect: NOT_TOLD, remedy: `ACL SETUSER ${user} &${keys.bus}` };
    case 'writes':
      return { what: 'writes', severity: 'unusable', effect: NOT_USED, remedy: writesRemedy(said) };
    case 'memory':
      return {
        what: 'memory',
        severity: 'degraded',
        effect: 'no new value is kept in Redis',
        remedy: 'raise maxmemory, or set maxmemory-policy to allkeys-lru',
      };
    case 'cluster':
      return {
        what: 'cluster',
        severity: 'unusable',
        effect: NOT_USED,
        remedy: `the server is in cluster mode (${said}) and the client is not made for it: use a server without`,
      };
  }
}

const NOT_TOLD = 'invalidations of other processes are not received: memory is served for staleWithoutBusMs at most';

function writesRemedy(said: string): string {
  if (said.startsWith('READONLY')) return 'this is a read-only replica: connect to the primary';
  return `the server refuses writes (${said})`;
}

/** The lacks in one line, with one ACL line for all that it can grant. */
function describe(lacks: readonly RedisLack[]): string {
  const named = lacks.map(({ what, effect }) => `${what} (${effect})`).join('; ');
  return `Redis does not give what the cache needs: ${named}. Remedy: ${remedyOf(lacks)}`;
}

/** Everything that helps; the `ACL SETUSER` lines as one. */
export function remedyOf(lacks: readonly RedisLack[]): string {
  const acl = lacks.filter(({ remedy }) => remedy.startsWith(ACL)).map(({ remedy }) => remedy.split(' '));
  const others = lacks.map(({ remedy }) => remedy).filter((remedy) => !remedy.startsWith(ACL));
  const line = acl.length === 0 ? [] : [`${acl[0]!.slice(0, 3).join(' ')} ${acl.map((words) => words[3]).join(' ')}`];
  return [...line, ...new Set(others)].join('; ');
}

const ACL = 'ACL SETUSER';

/** An answer of the server, such as NOSCRIPT, and not a lost connection: the command was allowed. */
function isReply(error: unknown): boolean {
  return error instanceof Error && error.name === 'ReplyError';
}

function asError(lack: RedisLack): Error {
  return new Error(`it refuses ${lack.what}: ${lack.remedy}`);
}
