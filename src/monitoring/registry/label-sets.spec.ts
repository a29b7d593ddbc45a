import { LabelSets } from './label-sets';

describe('LabelSets', () => {
  let made: string[];
  let sets: LabelSets<{ readonly name: string }>;
  beforeEach(() => {
    made = [];
    sets = new LabelSets((values) => {
      made.push(values.join());
      return { name: values.join() };
    });
  });
  const collect = (...names: string[]) => {
    sets.begin();
    const found = names.map((name) => sets.find(name.split(',')));
    sets.end();
    return found;
  };

  it('keep what they made, in whatever order the sets come', () => {
    const [ab, c] = collect('a,b', 'c');
    expect(collect('a,b', 'c')).toEqual([ab, c]);
    const [c2, new1, ab2] = collect('c', 'new', 'a,b');
    expect([c2, ab2]).toEqual([c, ab]);
    expect(c2).toBe(c);
    expect(ab2).toBe(ab);
    expect(new1).toEqual({ name: 'new' });
    expect(made).toEqual(['a,b', 'c', 'new']);
  });

  it('find a set once in a collection, wherever it is given again', () => {
    expect(collect('a', 'a', 'b').map((set) => set?.name)).toEqual(['a', undefined, 'b']);
    expect(collect('b', 'a', 'b', 'a').map((set) => set?.name)).toEqual(['b', 'a', undefined, undefined]);
    expect(made).toEqual(['a', 'b']);
  });

  it('forget what a collection does not find', () => {
    collect('a', 'b', 'c');
    collect('a', 'c');
    collect('a', 'b', 'c');
    expect(made).toEqual(['a', 'b', 'c', 'b']);
  });

  it('forget nothing in a collection that fails', () => {
    collect('a', 'b');
    sets.begin();
    sets.find(['b']);
    collect('a', 'b');
    expect(made).toEqual(['a', 'b']);
  });
});
