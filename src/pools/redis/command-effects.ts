import type { Command } from 'ioredis';

/**
 * What a command does to the connection that it is sent over, beyond being answered:
 * - `blocks`: the server answers only when something comes, and nothing behind it before.
 * - `transaction`: what follows is queued by the server, until EXEC or DISCARD.
 * - `watches`: the next EXEC depends on what it watched.
 * - `subscribes`: only messages and commands for subscriptions go over the connection from now on.
 * - `alters`: another database, user, protocol or mode, until the connection ends.
 * - `takes over`: what the server sends from now on answers no command.
 */
export type ConnectionEffect = 'none' | 'blocks' | 'transaction' | 'watches' | 'subscribes' | 'alters' | 'takes over';

type SubcommandEffects = ReadonlyMap<string, ConnectionEffect>;

/** Every command that has an effect on its connection; a subcommand as `client|reply`. */
const COMMANDS: Readonly<Record<Exclude<ConnectionEffect, 'none'>, string>> = {
  blocks: 'blpop brpop brpoplpush blmove blmpop bzpopmin bzpopmax bzmpop wait waitaof xread xreadgroup',
  transaction: 'multi exec discard',
  watches: 'watch unwatch',
  subscribes: 'subscribe psubscribe ssubscribe unsubscribe punsubscribe sunsubscribe',
  alters:
    'auth hello select reset quit readonly readwrite asking replconf script|debug ' +
    'client|reply client|setname client|setinfo client|tracking client|caching client|no-evict client|no-touch ' +
    'client|capa client|import-source',
  'takes over': 'monitor sync psync',
};

const EFFECTS = tableOf(COMMANDS);

/** Redis takes the names of commands in any case; here and in ioredis they are compared in lower case. */
export function foldName(command: Command): void {
  command.name = String(command.name).toLowerCase();
}

/** `name` in lower case. */
export function effectOf(name: string, args: readonly unknown[]): ConnectionEffect {
  const effect = EFFECTS.get(name);
  if (effect === undefined) return 'none';
  if (typeof effect !== 'string') return effect.get(String(args[0]).toLowerCase()) ?? 'none';
  return name.startsWith('xread') && blockOptionOf(args) < 0 ? 'none' : effect;
}

/**
 * How long a blocking command asks the server to wait, in milliseconds: 0 for one that does not block, Infinity for one
 * that blocks until something comes.
 */
export function blockingTimeMs(name: string, args: readonly unknown[]): number {
  if (effectOf(name, args) !== 'blocks') return 0;
  if (name === 'wait' || name === 'waitaof') return foreverIfZero(Number(args.at(-1)));
  if (name.startsWith('xread')) return foreverIfZero(Number(args[blockOptionOf(args) + 1]));
  const timeoutFirst = name === 'blmpop' || name === 'bzmpop';
  return foreverIfZero(Number(timeoutFirst ? args[0] : args.at(-1)) * 1_000);
}

const foreverIfZero = (ms: number) => (ms === 0 ? Infinity : ms);

/** How many values follow an option of XREAD and XREADGROUP; a group may well be called "block". */
const VALUES_OF = new Map([
  ['COUNT', 1],
  ['CLAIM', 1],
  ['GROUP', 2],
]);

/** Where BLOCK stands among the options of XREAD or XREADGROUP; -1 when it does not. */
function blockOptionOf(args: readonly unknown[]): number {
  for (let at = 0; at < args.length; at++) {
    const option = String(args[at]).toUpperCase();
    if (option === 'BLOCK') return at;
    if (option === 'STREAMS') return -1;
    at += VALUES_OF.get(option) ?? 0;
  }
  return -1;
}

function tableOf(commands: typeof COMMANDS): ReadonlyMap<string, ConnectionEffect | SubcommandEffects> {
  const table = new Map<string, ConnectionEffect | Map<string, ConnectionEffect>>();
  for (const [effect, names] of Object.entries(commands) as [ConnectionEffect, string][]) {
    for (const full of names.split(' ')) {
      const [name, subcommand] = full.split('|') as [string, string?];
      if (subcommand === undefined) table.set(name, effect);
      else {
        const subcommands = (table.get(name) as Map<string, ConnectionEffect> | undefined) ?? new Map();
        table.set(name, subcommands.set(subcommand, effect));
      }
    }
  }
  return table;
}
