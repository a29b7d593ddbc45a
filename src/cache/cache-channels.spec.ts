import { ManualClock } from '../testing/manual-clock';
import { type TracedOperation, traceOperation } from '../common/traced-operation';
import { cacheInvalidations, cacheLoads, cacheRedisReads, cacheSets } from './cache-channels';
import { CacheService } from './cache.service';

type Channel = typeof cacheLoads | typeof cacheRedisReads | typeof cacheSets | typeof cacheInvalidations;

/** Subscribes to a channel while `act` runs; answers the events with the context as it was at each. */
async function eventsOf(
  channel: Channel,
  act: () => Promise<unknown>,
): Promise<(readonly [string, TracedOperation])[]> {
  const events: (readonly [string, TracedOperation])[] = [];
  const note = (name: string) => (context: TracedOperation) => void events.push([name, { ...context }]);
  const subscribers = {
    start: note('start'),
    end: note('end'),
    asyncStart: note('asyncStart'),
    asyncEnd: note('asyncEnd'),
    error: note('error'),
  };
  channel.subscribe(subscribers);
  try {
    await act();
  } finally {
    channel.unsubscribe(subscribers);
  }
  return events;
}

describe('the tracing channels of the cache', () => {
  let cache: CacheService;
  beforeEach(() => {
    cache = new CacheService({ redis: false, failureBackoffMs: 0 }, new ManualClock());
  });

  it('publish a load from its start to its end, with outcome and duration', async () => {
    const users = cache.namespace('users');
    const events = await eventsOf(cacheLoads, () => users.getOrSet('a', async () => 1));
    const asked = { namespace: 'users', key: 'a' };
    const answered = { ...asked, outcome: 'loaded', durationMs: expect.any(Number), result: 1 };
    expect(events).toEqual([
      ['start', asked],
      ['end', asked],
      ['asyncStart', answered],
      ['asyncEnd', answered],
    ]);
  });

  it('publish the error of a load that fails', async () => {
    const error = new Error('down');
    const events = await eventsOf(cacheLoads, () => cache.getOrSet('a', () => Promise.reject(error)).catch(() => 0));
    const failed = { namespace: 'default', key: 'a', outcome: 'failed', durationMs: expect.any(Number), error };
    expect(events.map(([name]) => name)).toEqual(['start', 'end', 'error', 'asyncStart', 'asyncEnd']);
    expect(events[2]).toEqual(['error', failed]);
  });

  it('tell a value that is not cached from one that is', async () => {
    const outcomes = await eventsOf(cacheLoads, async () => {
      await cache.getOrSet('a', () => undefined);
      await cache.getOrSet('b', ({ skip }) => (skip(), 1));
      await cache.getOrSet('c', () => null);
    });
    const ends = outcomes.filter(([name]) => name === 'asyncEnd').map(([, { outcome }]) => outcome);
    expect(ends).toEqual(['uncached', 'uncached', 'loaded']);
  });

  it.each([
    ['keys', () => cache.deleteMany(['a', 'b']), { keys: ['a', 'b'], tags: [] }],
    ['a stale key', () => cache.expire('a'), { keys: ['a'], tags: [] }],
    ['tags', () => cache.namespace('default').deleteByTag('t'), { keys: [], tags: ['t'] }],
    ['a prefix', () => cache.deleteByPrefix('a'), { keys: [], tags: [] }],
    ['everything', () => cache.clear(), { keys: [], tags: [] }],
  ])('publish an invalidation of %s', async (_, invalidate, names) => {
    const events = await eventsOf(cacheInvalidations, invalidate);
    expect(events.map(([name]) => name)).toEqual(['start', 'end', 'asyncStart', 'asyncEnd']);
    expect(events[0]![1]).toEqual({ namespace: 'default', ...names });
    expect(events[3]![1]).toMatchObject({ outcome: 'memory', durationMs: expect.any(Number) });
  });

  it('publish a set', async () => {
    const events = await eventsOf(cacheSets, () => cache.set('a', 1));
    expect(events.map(([name]) => name)).toEqual(['start', 'end', 'asyncStart', 'asyncEnd']);
    expect(events[3]![1]).toMatchObject({ namespace: 'default', key: 'a', outcome: 'memory' });
  });

  it('publish no hit of memory', async () => {
    await cache.set('a', 1);
    const act = async () => [await cache.get('a'), cache.getSync('a'), await cache.getOrSet('a', () => 2)];
    expect(await eventsOf(cacheLoads, act)).toEqual([]);
    expect(await eventsOf(cacheRedisReads, act)).toEqual([]);
  });

  it('publish nothing and make no context where there is no subscriber', async () => {
    const channels = [cacheLoads, cacheRedisReads, cacheSets, cacheInvalidations];
    const published = channels.map((channel) => jest.spyOn(channel, 'tracePromise'));
    await cache.getOrSet('a', () => 1);
    await cache.set('a', 2);
    await cache.delete('a');
    for (const tracePromise of published) {
      expect(tracePromise).not.toHaveBeenCalled();
      tracePromise.mockRestore();
    }
  });
});

const trace = (run: () => Promise<number>) =>
  traceOperation(cacheLoads, { namespace: 'n', key: 'k' }, run, () => 'loaded');

describe('traceOperation', () => {
  it('resolves and rejects as the operation does', async () => {
    const events = await eventsOf(cacheLoads, async () => {
      expect(await trace(() => Promise.resolve(1))).toBe(1);
      await expect(trace(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    });
    expect(events.filter(([name]) => name === 'error')).toHaveLength(1);
  });
});
