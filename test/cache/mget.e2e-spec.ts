import { Redis, type RedisOptions } from 'ioredis';
import { type KeyValues, mget } from '../../src/cache/redis/mget';
import { RedisServer } from '../support/redis-server';

const read = (client: Redis, ...keys: string[]): Promise<KeyValues> =>
  new Promise((resolve, reject) => mget(client, keys, { wanted: true, answered: resolve, failed: reject }));
const texts = (values: KeyValues) => values.map((value) => value?.toString());

describe('reading several keys', () => {
  let server: RedisServer;
  const clients: Redis[] = [];

  const connect = (options: RedisOptions = {}): Redis => {
    const client = new Redis(server.url, options).on('error', () => undefined);
    clients.push(client);
    return client;
  };

  beforeAll(async () => {
    server = await RedisServer.start();
    await connect().mset('a', '1', 'ключ', 'значение', 'p:a', 'of the prefix', 'empty', '');
  });
  afterAll(async () => {
    for (const client of clients) client.disconnect();
    await server.close();
  });

  it.each<[string, RedisOptions, readonly (string | undefined)[]]>([
    ['as it is', {}, ['1', 'значение', undefined, '']],
    ['with a prefix of keys', { keyPrefix: 'p:' }, ['of the prefix', undefined, undefined, undefined]],
    ['that pipelines by itself', { enableAutoPipelining: true }, ['1', 'значение', undefined, '']],
    ['with a timeout of commands', { commandTimeout: 5_000 }, ['1', 'значение', undefined, '']],
    ['that keeps stacks', { showFriendlyErrorStack: true }, ['1', 'значение', undefined, '']],
  ])('by a client %s', async (_, options, expected) => {
    const client = connect(options);
    const before = client.get('a');
    expect(texts(await read(client, 'a', 'ключ', 'nothing', 'empty'))).toEqual(expected);
    expect(await client.get('a')).toBe(await before); // each command has its own answer
  });

  it('tells its caller once that the connection ended, and no one else', async () => {
    const client = connect({
      autoResendUnfulfilledCommands: false,
      maxRetriesPerRequest: 0,
      retryStrategy: () => null,
    });
    await client.ping();
    client.disconnect();
    const failed = jest.fn();
    mget(client, ['a'], { wanted: true, answered: failed, failed });
    await expect(read(client, 'a')).rejects.toThrow('Connection is closed.');
    expect(failed.mock.calls).toEqual([[expect.any(Error)]]);
  });

  it('gives the error of the server', async () => {
    const admin = connect();
    await admin.acl('SETUSER', 'reader', 'on', '>secret', '~*', '+@all', '-mget');
    await expect(read(connect({ username: 'reader', password: 'secret' }), 'a')).rejects.toThrow('NOPERM');
  });

  it('can be observed as any command', async () => {
    const client = connect();
    await client.ping();
    const seen: unknown[] = [];
    const { sendCommand } = client;
    // What instrumentations do: they take the callbacks off the command, and look at its promise.
    client.sendCommand = (command, stream) => {
      const { resolve } = command;
      command.resolve = (reply: unknown) => {
        seen.push(command.name, command.args);
        resolve(reply);
      };
      const sent = sendCommand.call(client, command, stream) as Promise<unknown>;
      void sent.then((reply) => seen.push(texts(reply as KeyValues)));
      return sent;
    };
    expect(texts(await read(client, 'a', 'b'))).toEqual(['1', undefined]);
    expect(seen).toEqual(['mget', ['a', 'b'], ['1', undefined]]);
  });
});
