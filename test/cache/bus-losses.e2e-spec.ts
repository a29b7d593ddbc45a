import { type CacheService, coreOf } from '../../src/cache/cache.service';
import { eventually } from '../support/eventually';
import { holdLoop } from '../support/hold-loop';
import { RedisServer } from '../support/redis-server';
import { TcpProxy } from '../support/tcp-proxy';
import { busUp, RedisCaches } from './redis-caches';

describe('the losses of the bus', () => {
  let server: RedisServer;
  let proxy: TcpProxy;
  let caches: RedisCaches;
  beforeAll(async () => {
    server = await RedisServer.start();
    proxy = await TcpProxy.start(server.port);
  });
  beforeEach(() => (caches = new RedisCaches(`redis://127.0.0.1:${proxy.port}`)));
  afterEach(() => caches.close());
  afterAll(async () => {
    await proxy.close();
    await server.close();
  });

  it('do not count a start that took long, and count a subscription that was cut', async () => {
    proxy.stall();
    const cache = caches.make({ redisTimeoutMs: 20 });
    const bus = () => cache.stats().redis!;
    await eventually('it is not up in time', () => bus().bus === 'lost');
    proxy.forward();
    await busUp(cache);
    expect(bus().busLosses).toBe(0);
    proxy.cut();
    await eventually('it is lost', () => bus().busLosses === 1);
    await busUp(cache);
  });

  it('do not count a stop of the event loop during which the answer came', async () => {
    caches = new RedisCaches(server.url); // the proxy would stand still as well
    const cache = await caches.open();
    const { bus, port } = coreOf(cache).redis!;
    Object.assign(bus, { timeoutMs: 20 });
    const subscribe = port.subscriber.subscribe.bind(port.subscriber) as (channel: string) => Promise<unknown>;
    const answers: Promise<unknown>[] = [];
    const spy = jest.spyOn(port.subscriber, 'subscribe').mockImplementation(((channel: string) => {
      if (answers.length === 0) {
        server.freeze();
        // After this phase of the loop come the timers that are due, and only then what is to be read.
        setImmediate(() => {
          server.thaw();
          holdLoop(300);
        });
      }
      const answer = subscribe(channel);
      answers.push(answer);
      return answer;
    }) as never);
    await eventually('a heartbeat began', () => answers.length > 0);
    await answers[0];
    await new Promise(setImmediate);
    expect(cache.stats().redis).toMatchObject({ bus: 'up', busLosses: 0 });
    spy.mockRestore();
  });

  describe('of the connection for commands', () => {
    let commands: TcpProxy;
    let direct: RedisCaches;
    beforeEach(async () => {
      commands = await TcpProxy.start(server.port);
      direct = new RedisCaches(server.url);
      await direct.connect().flushall();
    });
    afterEach(async () => {
      await direct.close();
      await commands.close();
    });

    /** A cache with some values in memory, whose two connections can be disturbed each by itself. */
    async function filled(): Promise<CacheService> {
      const throughCommands = new RedisCaches(`redis://127.0.0.1:${commands.port}`);
      const client = throughCommands.connect();
      caches.clients.push(client);
      const cache = caches.make({}, { client, subscriber: caches.connect() });
      await busUp(cache);
      await cache.setMany([
        ['a', 1],
        ['b', 1],
        ['c', 1],
      ]);
      return cache;
    }

    it('keep memory, if the bus stands and no message was missed', async () => {
      const cache = await filled();
      const other = await direct.open();
      await commands.refuse();
      commands.cut();
      await eventually(
        'it is lost',
        async () => (await cache.has('nothing')) || cache.stats().redis!.breaker !== 'closed',
      );
      await other.delete('a');
      await cache.set('b', 2);
      await commands.listen();
      await busUp(cache);
      expect(['a', 'b', 'c'].map((key) => cache.getSync(key))).toEqual([undefined, 2, 1]);
      expect(cache.stats().namespaces[0]!.memory.removals.unverified).toBe(0);
      expect(await other.get('b')).toBe(2);
    });

    it('drop memory, if the bus brings nothing although its connection stands', async () => {
      const cache = await filled();
      const other = await direct.open();
      proxy.stall();
      await commands.refuse();
      commands.cut();
      await eventually(
        'it is lost',
        async () => (await cache.has('nothing')) || cache.stats().redis!.breaker !== 'closed',
      );
      await other.delete('a');
      await commands.listen();
      await eventually('Redis is used again', () => cache.stats().redis!.breaker === 'closed');
      expect(cache.getSync('a')).toBeUndefined();
      expect(cache.stats().namespaces[0]!.memory.removals.unverified).toBeGreaterThan(0);
      proxy.forward();
    });
  });
});
