import { LoadBatch, type ManyLoader } from './load-batch';
import { DEFAULT_ENTRY_OPTIONS } from '../options/entry.options';
import { LoadRun } from './loader';

const asking = (key: string) =>
  new LoadRun<number | undefined>(key, undefined, new AbortController().signal, DEFAULT_ENTRY_OPTIONS);
const turn = (): Promise<void> => new Promise(setImmediate);

describe('LoadBatch', () => {
  const loadMany = jest.fn<ReturnType<ManyLoader<number>>, [readonly string[]]>(async (keys) => {
    return new Map(keys.flatMap((key) => (key === 'none' ? [] : [[key, key.length]])));
  });
  beforeEach(() => loadMany.mockClear());

  it('waits until every key has asked or been answered, then loads once', async () => {
    const batch = new LoadBatch(['a', 'bb', 'cached', 'none'], loadMany);
    const values = [batch.load(asking('a')), batch.load(asking('bb')), batch.load(asking('none'))];
    await turn();
    expect(loadMany).not.toHaveBeenCalled();
    batch.decided('cached');
    expect(await Promise.all(values)).toEqual([1, 2, undefined]);
    expect(loadMany.mock.calls).toEqual([[['a', 'bb', 'none']]]);
  });

  it('loads nothing when no key asks', async () => {
    const batch = new LoadBatch(['a', 'b'], loadMany);
    batch.decided('a');
    batch.decided('b');
    await turn();
    expect(loadMany).not.toHaveBeenCalled();
  });

  it('loads those that ask later together, once more', async () => {
    const batch = new LoadBatch(['a', 'bb', 'ccc'], loadMany);
    const first = batch.load(asking('a'));
    // A stale value was the answer: they load behind it.
    batch.decided('bb');
    batch.decided('ccc');
    expect(await first).toBe(1);
    const later = [batch.load(asking('bb')), batch.load(asking('ccc'))];
    expect(await Promise.all(later)).toEqual([2, 3]);
    expect(loadMany.mock.calls).toEqual([[['a']], [['bb', 'ccc']]]);
  });

  it.each(['throws', 'rejects'])('fails for all callers when the loader %s', async (how) => {
    const failing = (): Promise<Map<string, number>> => {
      if (how === 'throws') throw new Error('down');
      return Promise.reject(new Error('down'));
    };
    const batch = new LoadBatch(['a', 'b'], failing);
    const outcomes = await Promise.allSettled([batch.load(asking('a')), batch.load(asking('b'))]);
    expect(outcomes).toMatchObject([{ reason: { message: 'down' } }, { reason: { message: 'down' } }]);
  });

  it.each([null, 5, ['a']])('takes nothing else for an answer: %j', async (answer) => {
    const batch = new LoadBatch<number>(['a'], () => answer as never);
    await expect(batch.load(asking('a'))).rejects.toThrow('must be a Map or an object with the values by key, not');
  });

  it.each([new Map<unknown, number>([[1, 5]]), { 1: 5 }])('refuses an answer by other keys: %p', async (answer) => {
    const batch = new LoadBatch<number>(['p:1', 'p:2'], () => answer as never);
    const outcomes = await Promise.allSettled([batch.load(asking('p:1')), batch.load(asking('p:2'))]);
    expect(outcomes).toMatchObject([{ reason: { code: 'CACHE_OPTION_INVALID' } }, { status: 'rejected' }]);
    expect((outcomes[0] as PromiseRejectedResult).reason.message).toMatch(/: '?1'?, not 'p:1'$/);
  });

  it('has no value for any key where the answer is empty', async () => {
    const batch = new LoadBatch<number>(['p:1'], () => new Map());
    expect(await batch.load(asking('p:1'))).toBeUndefined();
  });

  it('takes an object for its answer, and nothing of what objects inherit', async () => {
    const batch = new LoadBatch<number>(['a', 'constructor'], () => ({ a: 5 }));
    expect(await Promise.all([batch.load(asking('a')), batch.load(asking('constructor'))])).toEqual([5, undefined]);
  });
});
