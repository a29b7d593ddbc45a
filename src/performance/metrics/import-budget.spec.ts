import { eventually } from '../../../test/support/eventually';
import { ImportBudget } from './import-budget';
import { ImportsBusyError } from './metrics-import.errors';

const never = new AbortController().signal;

function setUp(options = {}) {
  const budget = new ImportBudget({ maxBytes: 100, maxWaiting: 3, maxWaitMs: 60_000, ...options });
  const begun: string[] = [];
  const start = (name: string, bytes: number, gone = never) => {
    const { promise, resolve } = Promise.withResolvers<string>();
    const done = budget.run(bytes, gone, () => {
      begun.push(name);
      return promise;
    });
    return { done, end: () => resolve(name) };
  };
  return { begun, start };
}

describe('ImportBudget', () => {
  it('lets in what fits, and the others in the order they came', async () => {
    const { begun, start } = setUp();
    const [a, b, c, d] = [start('a', 60), start('b', 60), start('c', 40), start('d', 60)] as const;
    expect(begun).toEqual(['a']); // c would fit, and would let b wait for ever
    a.end();
    await expect(a.done).resolves.toBe('a');
    await eventually('b and c are in', () => begun.length === 3);
    expect(begun).toEqual(['a', 'b', 'c']);
    c.end();
    await c.done;
    expect(begun).toHaveLength(3);
    b.end();
    await eventually('d is in', () => begun.length === 4);
    d.end();
    await Promise.all([b.done, d.done]);
  });

  it('lets in one that is larger than all may be, alone', async () => {
    const { begun, start } = setUp();
    const large = start('large', 1_000);
    const small = start('small', 1);
    expect(begun).toEqual(['large']);
    large.end();
    await eventually('the small one is in', () => begun.length === 2);
    small.end();
    await Promise.all([large.done, small.done]);
  });

  it('refuses when too many wait, with what is allowed and when to come again', async () => {
    const { start } = setUp({ maxWaiting: 1 });
    const [a, b, c] = [start('a', 100), start('b', 100), start('c', 70)] as const;
    await expect(c.done).rejects.toMatchObject({ wantedBytes: 70, maxBytes: 100, retryAfterSeconds: 1 });
    a.end();
    b.end();
    await Promise.all([a.done, b.done]);
  });

  it('refuses a request that has waited long enough, and admits the next one', async () => {
    const { begun, start } = setUp({ maxWaitMs: 30 });
    const first = start('first', 60);
    const large = start('large', 100);
    const small = start('small', 40);
    await expect(large.done).rejects.toBeInstanceOf(ImportsBusyError);
    await Promise.race([small.done, eventually('the small one is in', () => begun.includes('small'))]);
    small.end();
    first.end();
    await Promise.all([first.done, small.done]);
  });

  it('forgets requests that have gone, and gives back what failed', async () => {
    const { begun, start } = setUp();
    const gone = new AbortController();
    const first = start('first', 100);
    const second = start('second', 100, gone.signal);
    gone.abort();
    await expect(second.done).rejects.toBeInstanceOf(ImportsBusyError);
    first.end();
    await first.done;
    const { budget } = { budget: new ImportBudget({ maxBytes: 1, maxWaiting: 1, maxWaitMs: 1_000 }) };
    await expect(budget.run(1, never, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    await expect(budget.run(1, never, async () => 'again')).resolves.toBe('again');
    expect(begun).toEqual(['first']);
  });
});
