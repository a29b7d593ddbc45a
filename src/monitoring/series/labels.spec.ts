import * as fc from 'fast-check';
import { Labels } from './labels';

const labelSets = fc.dictionary(fc.stringMatching(/^[a-z_][a-z0-9_]{0,5}$/), fc.string({ unit: 'grapheme' }), {
  maxKeys: 4,
});

describe('Labels', () => {
  it('has one key for the same labels in any order, and another for any other labels', () => {
    fc.assert(
      fc.property(labelSets, labelSets, (a, b) => {
        const reversed = Object.fromEntries(Object.entries(a).toReversed());
        expect(Labels.from(reversed).key).toBe(Labels.from(a).key);
        const same = JSON.stringify([...Labels.from(a)]) === JSON.stringify([...Labels.from(b)]);
        expect(Labels.from(a).key === Labels.from(b).key).toBe(same);
      }),
    );
  });

  it('does not confuse a value that looks like a separator with a second label', () => {
    expect(Labels.from({ a: 'xb=1:y' }).key).not.toBe(Labels.from({ a: 'x', b: 'y' }).key);
  });

  it('orders by name, value, next name and so on, fewer labels first', () => {
    const ordered: Record<string, string>[] = [
      {},
      { a: '1' },
      { a: '1', b: '1' },
      { a: '1', c: '0' },
      { a: '10' },
      { a: '2' },
      { b: '0' },
    ];
    for (const [i, a] of ordered.entries()) {
      for (const [j, b] of ordered.entries()) {
        expect(Math.sign(Labels.from(a).compare(Labels.from(b)))).toBe(Math.sign(i - j));
      }
    }
  });

  it('treats an empty value as no label and takes names that objects own for what they are', () => {
    const labels = Labels.from([
      ['__proto__', 'p'],
      ['constructor', ''],
    ]);
    expect(labels.get('__proto__')).toBe('p');
    expect(labels.get('constructor')).toBe('');
    expect(labels.size).toBe(1);
    expect(JSON.stringify(labels.toObject())).toBe('{"__proto__":"p"}');
  });

  it('keeps, drops and changes labels without touching the original', () => {
    const labels = Labels.from({ __name__: 'm', a: '1', b: '2' });
    expect(labels.keep(new Set(['a'])).toObject()).toEqual({ a: '1' });
    expect(labels.drop(new Set(['a', '__name__'])).toObject()).toEqual({ b: '2' });
    expect(labels.with('a', '').with('c', '3').toObject()).toEqual({ __name__: 'm', b: '2', c: '3' });
    expect(labels.size).toBe(3);
  });
});
