import { Command, Redis } from 'ioredis';
import { array, assert, asyncProperty, boolean, constantFrom } from 'fast-check';
import { type ConnectionEffect, effectOf } from '../../src/pools/redis/command-effects';
import type { RedisPool } from '../../src/pools/redis/redis-pool';
import { eventually } from '../support/eventually';
import { noUnhandledRejections } from '../support/no-unhandled-rejections';
import { commandsOf, type KnownCommand, wordsOf } from '../support/redis-command-names';
import { RedisPools } from '../support/redis-pools';
import { RedisServer } from '../support/redis-server';

const redis = RedisPools.forFile();

/** They end, change or hold up the server for everybody, whatever connection they are sent over. */
const OF_THE_SERVER = new Set([
  'shutdown', 'debug', 'failover', 'replicaof', 'slaveof', 'client|kill', 'client|pause', 'cluster|reset', 'migrate', 'pfselftest',
]); // prettier-ignore

/** Of the category @connection, and without an effect on it. */
const HARMLESS = new Set([
  'ping', 'echo', 'client|getname', 'client|getredir', 'client|help', 'client|id', 'client|info',
  'client|kill', 'client|list', 'client|pause', 'client|trackinginfo', 'client|unblock', 'client|unpause',
]); // prettier-ignore

/** The ways in which a command can be sent over the shared connection. */
const ENTRIES: Readonly<Record<string, (client: Redis, words: [string, ...string[]]) => unknown>> = {
  call: (client, words) => client.call(...words),
  callBuffer: (client, words) => client.callBuffer(...words),
  sendCommand: (client, [name, ...args]) => client.sendCommand(new Command(name, args)),
  pipeline: (client, words) => client.pipeline().call(...words).exec(), // prettier-ignore
  multi: (client, words) => client.multi().call(...words).exec(), // prettier-ignore
};

/** The one that the tests have, and one that has commands of its own. */
describe.each(['redis', 'valkey'])('what every command does to a connection of %s', (kind) => {
  noUnhandledRejections();
  let valkey: RedisServer | undefined;
  let url: string;
  let observer: Redis;
  let commands: readonly KnownCommand[];
  beforeAll(async () => {
    if (kind === 'valkey') valkey = await RedisServer.of('valkey-server-8');
    url = (valkey ?? redis.server).url;
    observer = new Redis(url);
    commands = await commandsOf(observer);
  });
  afterAll(async () => {
    observer.disconnect();
    await valkey?.close();
  });

  /** What the server knows of a connection that another caller could notice. */
  const stateOf = async (id: number) => {
    const line = String(await observer.client('LIST', 'ID', id));
    const fields = Object.fromEntries(line.trim().split(' ').map((field) => field.split('=') as [string, string])); // prettier-ignore
    const { id: same, name, db, sub, psub, ssub, multi, flags, user, redir, resp, 'lib-name': library } = fields;
    return { same, name, db, sub, psub, ssub, multi, flags, user, redir, resp, library };
  };

  it('has an entry for every command of the server that needs one', () => {
    expect(commands.length).toBeGreaterThan(200);
    const differing = commands.flatMap((command) => {
      const [name, ...args] = wordsOf(command);
      const effect = effectOf(name, args);
      const expected = expectedOf(command);
      return expected.includes(effect) ? [] : [`${command.name}: ${effect}, expected ${expected.join(' or ')}`];
    });
    expect(differing).toEqual([]);
  });

  it('never lets one reach other callers, by whatever name and way it is sent', async () => {
    const { client } = redis.makePool(url);
    const id = (await client.client('ID')) as number;
    const before = await stateOf(id);
    let sent = 0;
    for (const command of commands.filter(({ name }) => !OF_THE_SERVER.has(name))) {
      for (const [entry, send] of Object.entries(ENTRIES)) {
        const [name, ...args] = wordsOf(command);
        try {
          await send(client, [sent % 2 === 0 ? name.toUpperCase() : mixed(name, sent), ...args]);
        } catch {
          // refused by us, or an error that the server answered
        }
        const mine = `canary ${sent++}`;
        const answers = await Promise.all([client.set('canary', mine), client.get('canary')]);
        expect({ entry, name: command.name, answers }).toEqual({ entry, name: command.name, answers: ['OK', mine] });
      }
      expect({ after: command.name, state: await stateOf(id) }).toEqual({ after: command.name, state: before });
    }
  }, 120_000);

  it('leaves nothing of one to the next borrower of a connection', async () => {
    const pool = redis.makePool(url, { maxConnections: 3 });
    const borrowed = () => pool.use(async (own) => stateOf((await own.client('ID')) as number));
    const { same: _, ...fresh } = await borrowed();
    for (const command of commands.filter(({ name }) => !OF_THE_SERVER.has(name))) {
      await useOnce(pool, command);
      const { same: __, ...state } = await borrowed();
      expect({ after: command.name, state }).toEqual({ after: command.name, state: fresh });
    }
  });
});

describe('what commands do to a connection of Redis', () => {
  noUnhandledRejections();

  it('folds the case of every name that a program may write', async () => {
    const bound = ['multi', 'select', 'subscribe', 'blpop', 'watch', 'quit', 'monitor', 'reset', 'hello', 'auth'];
    const { client } = redis.makePool(redis.server.url);
    await client.ping();
    await assert(
      asyncProperty(constantFrom(...bound), array(boolean()), async (name, upper) => {
        const written = Array.from(name, (letter, at) => (upper[at] ? letter.toUpperCase() : letter)).join('');
        await expect(client.call(written, '1')).rejects.toMatchObject({ code: 'REDIS_COMMAND_REFUSED', command: name });
      }),
      { numRuns: 100 },
    );
  });

  it('refuses a pipeline that leaves a transaction open', async () => {
    const { client } = redis.makePool(redis.server.url);
    await expect(client.pipeline().call('MULTI').set('a', '1').exec()).rejects.toMatchObject({
      code: 'REDIS_COMMAND_REFUSED',
      message: expect.stringContaining('does not end'),
    });
    expect(await client.set('a', '2')).toBe('OK');
    expect(await client.pipeline().call('MULTI').set('a', '3').call('EXEC').exec()).toHaveLength(3);
    expect(await client.get('a')).toBe('3');
  });

  it('keeps the connection of custom commands and scripts, whatever they are called', async () => {
    const { client } = redis.makePool(redis.server.url);
    client.defineCommand('Select', { numberOfKeys: 0, lua: `redis.call('SELECT', 5) return redis.call('GET', 'a')` });
    client.addBuiltinCommand('MULTI');
    await client.set('a', 'of database 0');
    const custom = client as unknown as Record<'Select' | 'MULTI', () => Promise<unknown>>;
    await custom.Select();
    expect(await client.get('a')).toBe('of database 0');
    await expect(custom.MULTI()).rejects.toMatchObject({ code: 'REDIS_COMMAND_REFUSED' });
  });

  it('does not die of a library that ends its client', async () => {
    const pool = redis.makePool(redis.server.url);
    await pool.client.set('a', '1');
    const before = pool.stats().created;
    pool.client.disconnect();
    pool.client.end();
    await expect(pool.client.quit()).rejects.toMatchObject({ code: 'REDIS_COMMAND_REFUSED' });
    expect(await pool.client.get('a')).toBe('1');
    await pool.subscriber.subscribe('news');
    pool.subscriber.disconnect();
    await expect(pool.subscriber.quit()).rejects.toMatchObject({ code: 'REDIS_COMMAND_REFUSED' });
    expect(await pool.client.publish('news', 'still heard')).toBe(1);
    expect(pool.stats().created).toBe(before + 1);
  });

  it('works on after a library took all listeners off, also through a reconnect', async () => {
    const pool = redis.makePool(redis.proxyUrl);
    await pool.client.set('a', '1');
    let heard = 0;
    pool.client.on('close', () => heard++);
    pool.client.removeAllListeners();
    redis.proxy.cut();
    await eventually('it is connected again', async () => (await pool.client.get('a')) === '1');
    expect(heard).toBe(0);
    expect(pool.stats()).toMatchObject({ created: 2, closed: { lost: 1 } });
  });

  it('takes only subscriptions on the connection that all subscribers share', async () => {
    const { subscriber } = redis.makePool(redis.server.url);
    for (const words of [['GET', 'a'], ['select', '3'], ['MULTI'], ['RESET'], ['client', 'REPLY', 'OFF']]) {
      await expect(subscriber.call(...(words as [string]))).rejects.toMatchObject({ code: 'REDIS_COMMAND_REFUSED' });
    }
    expect(await subscriber.call('SUBSCRIBE', 'news')).toBe(1);
    expect(await subscriber.ping()).toEqual(['pong', '']);
  });

  it('keeps a lease that is over from its connection, also where ioredis sends by itself', async () => {
    const pool = redis.makePool(redis.server.url, { maxConnections: 3 });
    const late = await pool.acquire();
    late.release();
    await pool.use(async (own) => {
      await own.set('mine', '1');
      await expect(late.client.select(5)).rejects.toMatchObject({ code: 'POOL_LEASE_RELEASED' });
      late.client.disconnect();
      expect(await own.get('mine')).toBe('1');
    });
    expect(pool.stats().closed.lost).toBe(0);
  });
});

/** What the server says about a command, as entries that the table may have for it. */
function expectedOf({ name, flags, categories }: KnownCommand): readonly ConnectionEffect[] {
  if (flags.includes('blocking') || name.startsWith('wait')) return ['blocks']; // Redis 7.0 has no flag for WAIT
  if (categories.includes('@transaction')) return ['transaction', 'watches'];
  if (categories.includes('@pubsub') && name.includes('subscribe')) return ['subscribes'];
  if (categories.includes('@connection') && !HARMLESS.has(name) && !name.startsWith('command|')) return ['alters'];
  if (name === 'monitor' || name === 'sync' || name === 'psync') return ['takes over'];
  if (name === 'replconf' || name === 'script|debug') return ['alters'];
  return ['none'];
}

/** Sends it on a lease, and waits for the answer where there is one. */
async function useOnce(pool: RedisPool, command: KnownCommand): Promise<void> {
  const [name, ...args] = wordsOf(command);
  await using lease = await pool.acquire();
  const answer = lease.client.call(name.toUpperCase(), ...args).catch(() => undefined);
  const silent = command.flags.includes('blocking') || command.name === 'client|reply';
  if (!silent) await answer;
}

const mixed = (name: string, seed: number) =>
  Array.from(name, (letter, at) => ((at + seed) % 3 === 0 ? letter.toUpperCase() : letter)).join('');
