import { ALL_NAMESPACES, type MissedChange, RecoveryJournal } from './recovery-journal';

const set = (key: string, text = 'v'): MissedChange => {
  return { kind: 'set', key, encoded: Buffer.from(text), tags: [], until: Infinity, asOf: 0 };
};
const deletion = (key: string): MissedChange => ({ kind: 'delete', key });
const expire = (key: string): MissedChange => ({ kind: 'expire', key });
const tag = (key: string): MissedChange => ({ kind: 'tag', key });

/** Everything in it, in the order in which it would be applied. */
function drain(journal: RecoveryJournal): (readonly [string, MissedChange])[] {
  const all: (readonly [string, MissedChange])[] = [];
  for (let next = journal.next(); next !== undefined; next = journal.next()) {
    for (const { change, done } of next.pending) {
      all.push([next.namespace, change]);
      done();
    }
  }
  expect(journal.size).toBe(0);
  return all;
}

describe('RecoveryJournal', () => {
  let journal: RecoveryJournal;
  beforeEach(() => {
    journal = new RecoveryJournal();
  });
  const added = (...changes: MissedChange[]): MissedChange[] => {
    for (const change of changes) journal.add('n', change);
    return drain(journal).map(([, change]) => change);
  };

  it('keeps the last change of each key', () => {
    expect(added(set('k', '1'), deletion('other'), set('k', '2'))).toEqual([deletion('other'), set('k', '2')]);
    expect(added(set('k'), deletion('k'))).toEqual([deletion('k')]);
    expect(added(deletion('k'), set('k'))).toEqual([set('k')]);
  });

  it('makes nothing stale that was replaced or deleted before: what Redis holds is older still', () => {
    expect(added(deletion('k'), expire('k'))).toEqual([deletion('k')]);
    expect(added(set('k'), expire('k'))).toEqual([deletion('k')]);
    expect(added(expire('k'), expire('k'))).toEqual([expire('k')]);
  });

  it.each([
    ['set', 'set', set('k', 'first'), set('k', 'second'), set('k', 'second')],
    ['delete', 'set', deletion('k'), set('k'), set('k')],
    ['set', 'delete', set('k'), deletion('k'), deletion('k')],
    ['set', 'expire', set('k'), expire('k'), deletion('k')],
    ['delete', 'expire', deletion('k'), expire('k'), deletion('k')],
    ['expire', 'set', expire('k'), set('k'), set('k')],
  ])('a %s that began before a %s but failed after it does not win', (_, __, first, second, left) => {
    const order = journal.nextOrder();
    journal.add('n', second);
    journal.add('n', first, order);
    expect(drain(journal)).toEqual([['n', left]]);
  });

  it.each([
    ['tag', tag('t')],
    ['prefix', { kind: 'prefix', key: 'k' } as const],
    ['clear', { kind: 'clear' } as const],
  ])('a write that began before a %s but failed after it is only a delete', (_, invalidation) => {
    const order = journal.nextOrder();
    journal.add('n', invalidation);
    journal.add('n', set('k'), order);
    expect(drain(journal)).toEqual([
      ['n', invalidation],
      ['n', deletion('k')],
    ]);
  });

  it.each([
    ['set', set('k'), deletion('k')],
    ['expire', expire('k'), deletion('k')],
    ['delete', deletion('k'), { kind: 'clear' } as const],
    ['tag', tag('t'), { kind: 'clear' } as const],
    ['prefix', { kind: 'prefix', key: 'k' } as const, { kind: 'clear' } as const],
  ])('a %s that failed twice gives way to a surer change', (_, change, instead) => {
    journal.add('n', change);
    expect(journal.next()!.pending[0]!.failed()).toBeUndefined();
    expect(journal.next()!.pending[0]!.failed()).toEqual(instead);
    expect(drain(journal)).toEqual([['n', instead]]);
    journal.add('n', change, undefined, 1);
    expect(journal.next()!.pending[0]!.failed()).toEqual(instead);
    expect(drain(journal)).toEqual([['n', instead]]);
  });

  it('a change that another one replaced does not give way when it failed', () => {
    journal.add('n', set('k', '1'), undefined, 1);
    const { pending } = journal.next()!;
    journal.add('n', set('k', '2'));
    expect(pending[0]!.failed()).toBeUndefined();
    expect(drain(journal)).toEqual([['n', set('k', '2')]]);
  });

  it('has invalidations of all namespaces before values, small values together, and large ones alone', () => {
    journal.add('a', set('large', 'x'.repeat(100_000)));
    journal.add('a', set('larger', 'x'.repeat(200_000)));
    for (const key of ['1', '2', '3']) journal.add('a', set(key, 'x'.repeat(30_000)));
    journal.add('b', deletion('k'));
    const rounds: string[][] = [];
    for (let next = journal.next(); next !== undefined; next = journal.next()) {
      rounds.push(next.pending.map(({ change }) => (change.kind === 'clear' ? '' : change.key)));
      for (const { done } of next.pending) done();
    }
    expect(rounds).toEqual([['k'], ['1', '2'], ['3'], ['large'], ['larger']]);
  });

  it('leaves out the namespaces that it is told to', () => {
    journal.add('a', deletion('k'));
    journal.add('b', deletion('k'));
    expect(journal.next(new Set(['a']))).toMatchObject({ namespace: 'b' });
    expect(journal.next(new Set(['a', 'b']))).toBeUndefined();
    expect(journal.size).toBe(2);
  });

  it('a change that replaced one while it was applied stays', () => {
    journal.add('n', set('k', '1'));
    const { pending } = journal.next()!;
    journal.add('n', set('k', '2'));
    pending[0]!.done();
    expect(drain(journal)).toEqual([['n', set('k', '2')]]);
  });

  it('hands out changes of single keys together, but none past one of many keys', () => {
    for (const change of [deletion('a'), deletion('b'), tag('t'), tag('u'), deletion('c')]) journal.add('n', change);
    const rounds: number[] = [];
    for (let next = journal.next(); next !== undefined; next = journal.next()) {
      rounds.push(next.pending.length);
      for (const { done } of next.pending) done();
    }
    expect(rounds).toEqual([2, 1, 1, 1]);
    for (let n = 0; n < 450; n++) journal.add('n', deletion(`k${n}`));
    expect(journal.next()!.pending).toHaveLength(200);
  });

  it('applies what was meant for all namespaces before what each of them has missed', () => {
    journal.add('n', tag('t'));
    journal.add(ALL_NAMESPACES, tag('t'));
    journal.add('n', set('k'));
    expect(drain(journal)).toEqual([
      [ALL_NAMESPACES, tag('t')],
      ['n', tag('t')],
      ['n', set('k')],
    ]);
  });

  it('invalidates a whole namespace instead of the 10,001st change, and journals again what comes after', () => {
    for (let n = 0; n < 10_000; n++) journal.add('n', deletion(`k${n}`));
    expect(journal.size).toBe(10_000);
    journal.add('n', deletion('one more'));
    journal.add('n', set('after'));
    expect(drain(journal)).toEqual([
      ['n', { kind: 'clear' }],
      ['n', set('after')],
    ]);
  });

  it('remembers writes beyond 16 MB of values as deletes', () => {
    const large = 'x'.repeat(9_000_000);
    // Compared by kind: Jest would walk through every byte.
    const kinds = added(set('a', large), set('b', large), set('c')).map(({ kind }) => kind);
    expect(kinds).toEqual(['delete', 'set', 'set']);
  });
});
