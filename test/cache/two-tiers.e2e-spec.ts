import { setTimeout as sleep } from 'node:timers/promises';
import { SystemClock } from '../../src/common/clock';
import type { CacheService } from '../../src/cache/cache.service';
import { eventually } from '../support/eventually';
import { busUp, overOneRedis, type RedisCaches } from './redis-caches';

describe('two caches over one Redis', () => {
  let caches: RedisCaches;
  let a: CacheService;
  let b: CacheService;

  overOneRedis(async (opened) => {
    caches = opened;
    [a, b] = [await caches.open(), await caches.open()];
  });

  it('reads in one what the other stored, with its tags and types', async () => {
    const value = { at: new Date(5), set: new Set([1n]), bytes: Buffer.from('x'), none: undefined };
    await a.set('k', value, { tags: ['t'] });
    expect(await b.get('k')).toEqual(value);
    await inMemory(b, 'k');
    expect(b.getSync('k')).toEqual(value);
    expect(b.stats().namespaces[0]!.redis!.hits).toBeGreaterThan(0);
  });

  it('reads in one what the other stored compressed', async () => {
    const large = { text: 'x'.repeat(50_000) };
    await a.set('k', large);
    expect(await b.get('k')).toEqual(large);
    expect(b.stats().namespaces[0]!.redis).toMatchObject({ hits: 1, undecodable: 0 });
  });

  it('tells any two keys apart, whatever characters they are of', async () => {
    const keys = [
      '',
      '\0',
      'a\nb',
      '{x}',
      'a{b}c',
      '*?[]^-\\',
      'é/%20 ☃',
      '\ud800',
      '\ud801',
      '\ud83d',
      '😀',
      '__proto__',
    ];
    keys.push('head', 'fences', 'k'.repeat(100_000));
    await a.setMany(keys.map((key) => [key, { key }]));
    const found = await b.getMany<{ key: string }>(keys);
    expect([...found].every(([key, value]) => value.key === key)).toBe(true);
    expect(keys.filter((key) => !found.has(key))).toEqual([]);
    await a.delete('\ud800');
    expect(await (await caches.open()).getMany(['\ud800', '\ud801'])).toEqual(new Map([['\ud801', { key: '\ud801' }]]));
  });

  it.each([3_600_000, -3_600_000])(
    'agree on how long an entry is fresh, where the clock of one is %d ms off',
    async (offMs) => {
      class WrongClock extends SystemClock {
        override now(): number {
          return super.now() + offMs;
        }
      }
      const wrong = caches.make({}, undefined, new WrongClock());
      await busUp(wrong);
      const options = { ttlMs: 3_000, staleMs: 0 };
      await eventually('the clock of the server is known', async () => {
        await wrong.set('k', 'v', options);
        return (await a.get('k')) === 'v';
      });
      await b.set('l', 'v', options);
      expect(await wrong.get('l')).toBe('v');
      await sleep(3_500);
      expect(await Promise.all([a.get('k'), b.get('k'), wrong.get('l'), wrong.get('k')])).toEqual(
        Array(4).fill(undefined),
      );
    },
  );

  it('serve no expired value while it is refreshed ahead, unless it may be stale', async () => {
    const options = { ttlMs: 1_000, staleMs: 0, refreshAheadRatio: 0.2, hardTimeoutMs: 20_000 };
    await a.getOrSet('k', () => 'old', options);
    await sleep(400);
    const loading = Promise.withResolvers<string>();
    expect(await a.getOrSet('k', () => loading.promise, options)).toBe('old'); // begins the refresh
    await sleep(900);
    const late = a.getOrSet('k', () => loading.promise, options);
    await sleep(100);
    loading.resolve('new');
    expect(await late).toBe('new');
  });

  it('takes a prefix for what it is, not for a pattern', async () => {
    const keys = ['p*x', 'p[1]', 'p?z', 'p\\y', 'p-1', 'p^2', 'pqz'];
    await a.setMany(keys.map((key) => [key, 1]));
    let left = keys;
    for (const prefix of ['p*', 'p[', 'p?', 'p\\', 'p-', 'p^']) {
      await a.deleteByPrefix(prefix);
      left = left.filter((key) => !key.startsWith(prefix));
      expect([...(await (await caches.open()).getMany(keys)).keys()]).toEqual(left);
    }
  });

  it('loads once for both', async () => {
    let loads = 0;
    const load = async (): Promise<number> => {
      loads++;
      await sleep(100);
      return loads;
    };
    const values = await Promise.all(Array.from({ length: 40 }, (_, n) => (n % 2 ? a : b).getOrSet('k', load)));
    expect(new Set(values)).toEqual(new Set([1]));
    expect(loads).toBe(1);
  });

  it.each([
    ['delete', (c: CacheService) => c.delete('k')],
    ['set', (c: CacheService) => c.set('k', 'other')],
    ['expire', (c: CacheService) => c.expire('k')],
    ['tag', (c: CacheService) => c.deleteByTag('t')],
    ['prefix', (c: CacheService) => c.deleteByPrefix('k')],
    ['clear', (c: CacheService) => c.clear()],
  ])('lets a %s in one win over a load under way in the other', async (kind, act) => {
    const old = Promise.withResolvers<string>();
    const loading = Promise.withResolvers<void>();
    const load = (): Promise<string> => (loading.resolve(), old.promise);
    const call = a.getOrSet('k', load, { tags: ['t'] });
    await loading.promise;
    await act(b);
    old.resolve('old');
    await call;
    const left = kind === 'set' ? 'other' : undefined;
    expect(await caches.open().then((c) => c.get('k'))).toBe(left);
    expect(await a.get('k')).toBe(left);
  });

  it.each([
    ['delete', (c: CacheService) => c.delete('k')],
    ['tag', (c: CacheService) => c.deleteByTag('t')],
    ['prefix', (c: CacheService) => c.deleteByPrefix('k')],
    ['clear', (c: CacheService) => c.clear()],
  ])('a %s in one empties the memory of the other', async (_, act) => {
    await a.set('k', 1, { tags: ['t'] });
    await inMemory(b, 'k');
    await act(a);
    await eventually('the message has arrived', () => b.getSync('k') === undefined);
    expect(await b.get('k')).toBeUndefined();
  });

  it('a tag invalidated long before an entry was read again stays invalidated', async () => {
    await a.set('k', 1, { tags: ['t', 'u'] });
    await a.set('other', 2, { tags: ['v'] });
    await b.deleteByTag('u');
    const fresh = await caches.open();
    expect(await fresh.get('k')).toBeUndefined();
    expect(await fresh.get('other')).toBe(2);
  });

  it.each(['head', 'tags'])('misses when the %s is gone', async (name) => {
    await a.set('k', 1, { tags: ['t'] });
    const [client] = caches.clients;
    expect(await client!.del(`pg:{default#0}:${name}`)).toBe(1);
    const fresh = await caches.open();
    expect(await fresh.get('k')).toBeUndefined();
    await fresh.getOrSet('k', () => 2, { tags: ['t'] });
    await fresh.getOrSet('k', () => 2, { tags: ['t'] });
    expect(await (await caches.open()).get('k')).toBe(2);
  });

  it('takes foreign bytes for a miss and counts them', async () => {
    const [client] = caches.clients;
    await a.set('whole', { text: 'x'.repeat(20_000) });
    const good = (await client!.getBuffer(valueKey('whole')))!;
    const flipped = Buffer.from(good);
    flipped[flipped.length - 9]! ^= 1;
    await client!.set(valueKey('text'), 'hello');
    await client!.set(valueKey('cut'), good.subarray(0, good.length - 1));
    await client!.set(valueKey('flipped'), flipped);
    await client!.set(valueKey('head only'), good.subarray(0, 30));
    await client!.rpush(valueKey('list'), 'x');
    for (const name of ['text', 'cut', 'flipped', 'head only', 'list']) {
      expect(await b.getOrSet(name, () => `loaded ${name}`)).toBe(`loaded ${name}`);
    }
    // Read twice each, before and after the lock was taken; the list is no string and so is not read at all.
    expect(b.stats().namespaces[0]!.redis!.undecodable).toBeGreaterThanOrEqual(4);
    expect(await a.get('list')).toBe('loaded list');
    await client!.del('pg:{default#0}:head', 'pg:{default#0}:fences', 'pg:{default#0}:tags');
    await client!.set('pg:{default#0}:head', 'garbage');
    await client!.set('pg:{default#0}:tags', 'garbage');
    await client!.rpush('pg:{default#0}:fences', 'garbage');
    await b.set('again', 1, { tags: ['t'] });
    expect(await (await caches.open()).get('again')).toBe(1);
    expect(a.stats().redis).toMatchObject({ breaker: 'closed' });
  });

  it('sends neither values nor echoes over the bus', async () => {
    const spy = caches.connect();
    const received: string[] = [];
    await spy.subscribe('pg:bus');
    spy.on('message', (_, text: string) => received.push(text));
    await a.set('key', 'a secret value', { tags: ['t'] });
    await a.getOrSet('other', () => 'a secret value');
    await a.deleteByTags(['t']);
    await a.delete('key');
    await eventually('all was received', () => received.length >= 4);
    expect(received.join()).not.toContain('secret');
    expect(a.stats().redis!.busMessages).toBe(0);
    expect(b.stats().redis!.busMessages).toBeGreaterThanOrEqual(3);
  });

  it('leaves what is not its own alone, and uses neither KEYS nor FLUSHDB', async () => {
    const client = caches.connect();
    await client.set('other:app', 'theirs');
    await client.set('pgx', 'theirs');
    const other = await caches.open({ prefix: 'pg2' });
    await other.set('k', 'of pg2');
    const monitor = await caches.connect().monitor();
    const commands: string[] = [];
    monitor.on('monitor', (_, args: string[]) => commands.push(args[0]!.toLowerCase()));
    await a.set('k', 1);
    await a.namespace('n').set('k', 1);
    await a.deleteByPrefix('');
    await a.clear();
    await client.echo('the end');
    await eventually('the monitor has shown all', () => commands.includes('echo'));
    monitor.disconnect();
    expect(await client.mget('other:app', 'pgx')).toEqual(['theirs', 'theirs']);
    expect(await (await caches.open({ prefix: 'pg2' })).get('k')).toBe('of pg2');
    for (const forbidden of ['keys', 'flushdb', 'flushall']) expect(commands).not.toContain(forbidden);
    expect(commands).toContain('scan');
  });

  it('clears namespaces that only another process has used', async () => {
    await a.namespace('only-a').set('k', 1, { tags: ['t'] });
    await eventually('a has announced it', async () => (await caches.clients[0]!.scard('pg:namespaces')) > 0);
    await b.deleteByTag('t');
    expect(await (await caches.open()).namespace('only-a').get('k')).toBeUndefined();
  });

  it('spreads a namespace over slots where the options say so, one step within each', async () => {
    const one = await caches.open({ prefix: 'sharded', shards: 4 });
    const two = await caches.open({ prefix: 'sharded', shards: 4 });
    const keys = Array.from({ length: 50 }, (_, n) => `k${n}`);
    await one.setMany(keys.map((key) => [key, key]));
    expect((await two.getMany(keys)).size).toBe(50);
    expect(await caches.clients[0]!.exists(...[0, 1, 2, 3].map((n) => `sharded:{default#${n}}:head`))).toBe(4);
    expect(await two.deleteMany(keys)).toBe(50);
    await eventually('the other has received it', async () => (await one.getMany(keys)).size === 0);
  });

  it('goes on at once when the holder of a lock releases it, and within the lease when it died', async () => {
    const client = caches.clients[0]!;
    const leaseMs = 1_000;
    const quick = await caches.open({ lockLeaseMs: leaseMs * 20 });
    await quick.get('k'); // makes the head
    const started = performance.now();
    await client.set('pg:{default#0}:l:k', 'a dead process', 'PX', leaseMs);
    expect(await quick.getOrSet('k', () => 1)).toBe(1);
    const waited = performance.now() - started;
    expect(waited).toBeGreaterThan(leaseMs - 2); // two clocks, each of whole milliseconds
    expect(waited).toBeLessThan(10 * leaseMs); // or it would have waited for a lease of its own
    expect(quick.stats().namespaces[0]!.redis!.lockWaits).toBeGreaterThanOrEqual(1);
  });

  it('renews a lock while its load takes longer than the lease', async () => {
    const patient = { lockLeaseMs: 600, lockTimeoutMs: 60_000 };
    const [one, two] = [await caches.open(patient), await caches.open(patient)];
    let loads = 0;
    const begun = Promise.withResolvers<void>();
    const slow = async (): Promise<number> => (loads++, begun.resolve(), await sleep(1_800), loads);
    const first = one.getOrSet('k', slow);
    await begun.promise;
    expect(await Promise.all([first, two.getOrSet('k', slow)])).toEqual([1, 1]);
  });

  it('keeps values in memory only, or in Redis only, where the options say so', async () => {
    await a.set('m', 1, { tiers: ['memory'] });
    await a.set('r', 1, { tiers: ['redis'] });
    expect(a.getSync('m')).toBe(1);
    expect(a.getSync('r')).toBeUndefined();
    expect(await b.get('m')).toBeUndefined();
    expect(await b.get('r')).toBe(1);
  });

  it('serves stale values of Redis, and lets another process expire them', async () => {
    await a.set('k', 'old', { ttlMs: 60_000, staleMs: 60_000 });
    await b.expire('k');
    const fresh = await caches.open();
    expect(await fresh.get('k')).toBeUndefined();
    expect(await fresh.getOrSet('k', fail, { softTimeoutMs: 1_000 })).toBe('old');
    await eventually('a has received it', () => a.getSync('k') === undefined);
  });
});

const valueKey = (name: string): string => `pg:{default#0}:v:${name}`;
const fail = (): Promise<string> => Promise.reject(new Error('down'));

/** Brings a key into a cache's memory: the news of the write may come after the first read and drop it again. */
async function inMemory(cache: CacheService, key: string): Promise<void> {
  await eventually(`${key} is in memory`, async () => (await cache.get(key), cache.getSync(key) !== undefined));
}
