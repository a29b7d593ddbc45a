import { ManualClock } from '../testing/manual-clock';
import type { CacheOptions } from './options/cache.options';
import { CacheService, coreOf } from './cache.service';
import type { EntryOptions } from './options/entry.options';

/** What a caller without TypeScript, or with `as any`, may send. */
const wrong = <T>(value: unknown): T => value as T;

describe('CacheService with wrong arguments', () => {
  let cache: CacheService;
  beforeEach(() => {
    cache = new CacheService({}, new ManualClock());
  });

  it.each<[unknown, string]>([
    [{ ttlMs: Number.NaN }, 'ttlMs must be a number of milliseconds, 0 or more, not NaN'],
    [{ ttlMs: '5000' }, "ttlMs must be a number of milliseconds, 0 or more, not '5000'"],
    [{ staleMs: -1 }, 'staleMs must be a number of milliseconds, 0 or more, not -1'],
    [{ softTimeoutMs: -1 }, 'softTimeoutMs must be a number of milliseconds from 0 to 2147483647, or Infinity, not -1'],
    [
      { hardTimeoutMs: 0 },
      'hardTimeoutMs must be a number of milliseconds above 0, at most 2147483647, or Infinity, not 0',
    ],
    [
      { hardTimeoutMs: 2_147_483_648 },
      'hardTimeoutMs must be a number of milliseconds above 0, at most 2147483647, or Infinity, not 2147483648',
    ],
    [
      { softTimeoutMs: 3e9 },
      'softTimeoutMs must be a number of milliseconds from 0 to 2147483647, or Infinity, not 3000000000',
    ],
    [{ jitter: 2 }, 'jitter must be a number between 0 and 1, not 2'],
    [{ refreshAheadRatio: 80 }, 'refreshAheadRatio must be a number between 0 and 1, not 80'],
    [{ tags: 'abc' }, "tags must be an array of texts or a function, not 'abc'"],
    [{ tags: [1] }, 'tags must be an array of texts or a function, not [ 1 ]'],
    [{ tiers: ['ram'] }, "tiers must be an array of memory and redis, not [ 'ram' ]"],
    [{ lock: 'no' }, "lock must be true or false, not 'no'"],
    [{ ttl: 5 }, 'there is no cache option ttl; there are ttlMs, jitter, staleMs,'],
  ])('names the field, the value and what is allowed: %p', async (options, message) => {
    const given = wrong<EntryOptions>(options);
    await expect(cache.set('k', 1, given)).rejects.toThrow(message);
    await expect(cache.getOrSet('k', () => 1, given)).rejects.toThrow(message);
    await expect(cache.get('k', given)).rejects.toThrow(message);
    const many = cache.getOrSetMany(['k'], () => ({ k: 1 }), given);
    // It takes no lock, whatever the options say.
    await ('lock' in given ? many : expect(many).rejects.toThrow(message));
    expect(() => cache.namespace('n', given)).toThrow(message);
    // How long an entry lives is said beside the defaults, as in the environment.
    const there = /^(ttlMs|there)/.test(message)
      ? `there is no option defaults.${Object.keys(given)[0]}; there are jitter, staleMs,`
      : `defaults.${message}`;
    expect(() => new CacheService({ defaults: given }, new ManualClock())).toThrow(`CacheModule.forRoot(): ${there}`);
  });

  it.each<[unknown, string | RegExp]>([
    [{ ttlMs: Number.NaN }, 'ttlMs'],
    [{ memoryLimitBytes: Number.NaN }, 'memoryLimitBytes must be a number of bytes from 1048576 (1 MB'],
    [{ redisTimeoutMs: 0 }, 'redisTimeoutMs'],
    ...['redisTimeoutMs', 'staleWithoutBusMs', 'lockLeaseMs', 'failureBackoffMs'].flatMap((name) =>
      [2_147_483_648, Number.POSITIVE_INFINITY, Number.NaN, -1].map((value): [unknown, RegExp] => [
        { [name]: value },
        new RegExp(`${name} must be a (whole )?number of milliseconds .*2147483647, not ${value}$`),
      ]),
    ),
    [{ lockLeaseMs: 1.5 }, 'lockLeaseMs must be a whole number of milliseconds from 1 to 2147483647, not 1.5'],
    [{ memoryLimitBytes: 0 }, 'without memory: false) to 1048576000000, not 0'],
    [
      { prefix: 5 },
      'CacheModule.forRoot(): prefix must be 1 to 32 letters, digits, dots, dashes or underscores, not 5',
    ],
    [{ prefix: '' }, "underscores, not ''"],
    [{ prefix: '{a} b' }, "underscores, not '{a} b'"],
    [{ classInstances: 'copy' }, "classInstances must be one of plain, reject, reference, not 'copy'"],
    [{ shards: 0 }, 'shards must be a whole number above 0, not 0'],
    [{ memory: 'yes' }, 'memory must be true or false'],
    [{ limit: 5 }, 'there is no option limit; there are memory, redis, ttlMs'],
    [{ ttlMs: -1, shards: 0.5 }, /^CacheModule.forRoot\(\) has 2 problems:\n {2}ttlMs must .*\n {2}shards must/],
  ])('refuses to be made with %p', (options, message) => {
    expect(() => new CacheService(wrong<CacheOptions>(options), new ManualClock())).toThrow(message);
  });

  it('takes an option that is undefined for an absent one', () => {
    const undefinedOptions = new CacheService(
      { ttlMs: undefined, prefix: undefined, memoryLimitBytes: undefined } as never,
      new ManualClock(),
    );
    const { options } = coreOf(undefinedOptions);
    expect(options).toMatchObject({ ttlMs: 3_600_000, prefix: 'pg-performance-gateway', memoryLimitBytes: 67_108_864 });
  });

  it.each([undefined, null, 42, {}, Symbol('k')])('takes no key but a text: %p', async (key) => {
    const name = wrong<string>(key);
    const message = /^(the key|keys) must be (a text|an array of texts), not /;
    await expect(cache.set(name, 1)).rejects.toThrow(message);
    await expect(cache.get(name)).rejects.toThrow(message);
    await expect(cache.getOrSet(name, () => 1)).rejects.toThrow(message);
    await expect(cache.delete(name)).rejects.toThrow(message);
    await expect(cache.expire(name)).rejects.toThrow(message);
    await expect(cache.getMany([name])).rejects.toThrow(message);
    await expect(cache.setMany([[name, 1]])).rejects.toThrow(message);
    await expect(cache.deleteByTag(name)).rejects.toThrow('tags must be an array of texts');
    await expect(cache.deleteByPrefix(name)).rejects.toThrow('the prefix must be a text');
    expect(cache.stats().memory).toMatchObject({ entries: 0, bytes: 0 });
  });

  it('takes no loader but a function, and no ttl or tags of a loader but such', async () => {
    await expect(cache.getOrSet('k', wrong<() => number>(5))).rejects.toThrow('the loader must be a function, not 5');
    await expect(cache.getOrSetMany(['k'], wrong<() => Map<string, number>>(5))).rejects.toThrow(
      'the loader must be a function, not 5',
    );
    await expect(cache.getOrSet('a', ({ setTtl }) => setTtl(Number.NaN))).rejects.toThrow('setTtl must be');
    await expect(cache.getOrSet('b', ({ setTags }) => setTags(wrong('t')))).rejects.toThrow('setTags must be');
  });

  it('lets a namespace say later how many entries it keeps and what becomes of class instances', async () => {
    class Point {
      x = 1;
    }
    cache.namespace('points');
    const points = cache.namespace('points', { classInstances: 'reject', maxEntries: 1 });
    await expect(points.set('p', new Point())).rejects.toThrow('an instance of Point');
    await points.setMany([
      ['a', 1],
      ['b', 2],
    ]);
    expect(points.getSync('a')).toBeUndefined();
    expect(() => cache.namespace('points', { maxEntries: 0 })).toThrow('maxEntries must be a whole number above 0');
    expect(() => cache.namespace('a b')).toThrow(
      "the name of a cache namespace must be a text of 1 to 100 letters, digits and ._@/-, not 'a b'",
    );
    expect(() => cache.namespace('points', wrong({ maxEntry: 5 }))).toThrow(
      /^there is no cache option maxEntry; there are ttlMs, .*, lock, maxEntries, classInstances$/,
    );
  });
});
