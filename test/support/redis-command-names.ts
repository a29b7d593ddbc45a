import type { Redis } from 'ioredis';

/** One command, or subcommand, as the server describes it. */
export interface KnownCommand {
  /** In lower case; a subcommand as `client|reply`. */
  readonly name: string;
  /** As few arguments as the server takes, with effect where it has one. */
  readonly args: readonly string[];
  readonly flags: readonly string[];
  readonly categories: readonly string[];
}

type Description = [name: string, arity: number, flags: string[], ...rest: unknown[]];

/** Arguments that make a command do what it does to a connection. */
const WITH_EFFECT: Readonly<Record<string, readonly string[]>> = {
  select: ['3'],
  hello: ['2'],
  auth: ['default', 'wrong'],
  xread: ['BLOCK', '0', 'STREAMS', 's', '$'],
  xreadgroup: ['GROUP', 'streams', 'c', 'BLOCK', '0', 'STREAMS', 's', '>'],
  'client|reply': ['OFF'],
  'client|tracking': ['ON'],
  'client|no-evict': ['ON'],
  'client|no-touch': ['ON'],
  'client|caching': ['YES'],
  'client|setname': ['other'],
  'client|setinfo': ['LIB-NAME', 'other'],
  'script|debug': ['YES'],
};

/** All commands that the server's COMMAND DOCS has, subcommands included. */
export async function commandsOf(client: Redis): Promise<readonly KnownCommand[]> {
  const documented = (await client.call('COMMAND', 'DOCS')) as unknown[];
  const names = documented.filter((_, index) => index % 2 === 0) as string[];
  const described = (await client.call('COMMAND', 'INFO', ...names)) as Description[];
  return described.flatMap((description) => {
    const subcommands = description[9] as Description[];
    return subcommands.length === 0 ? [known(description)] : subcommands.map(known);
  });
}

/** `call` and `sendCommand` take a subcommand as the first argument. */
export function wordsOf({ name, args }: KnownCommand): [name: string, ...args: string[]] {
  const [command, ...subcommand] = name.split('|') as [string, ...string[]];
  return [command, ...subcommand, ...args];
}

function known(description: Description): KnownCommand {
  const [name, arity, flags] = description;
  const needed = Math.abs(arity) - name.split('|').length;
  return {
    name,
    args: WITH_EFFECT[name] ?? Array.from({ length: needed }, () => '1'),
    flags,
    categories: description[6] as string[],
  };
}
