import { cacheKey } from './cache-key';

/** One object of every kind, with a property that is not enumerable. */
function bareWith(name: string | symbol | undefined, value: number): object[] {
  const objects = [{ a: 1 }, [1, 2], new Date(0), new Map(), new Set(), /x/, Buffer.from('a'), Object('a') as object];
  if (name !== undefined) for (const object of objects) Object.defineProperty(object, name, { value });
  return objects;
}

describe('cacheKey', () => {
  it('does not depend on the order of properties, map entries or set items', () => {
    expect(cacheKey({ a: 1, b: { c: 2, d: 3 } })).toBe(cacheKey({ b: { d: 3, c: 2 }, a: 1 }));
    expect(
      cacheKey(
        new Map([
          ['a', 1],
          ['b', 2],
        ]),
      ),
    ).toBe(
      cacheKey(
        new Map([
          ['b', 2],
          ['a', 1],
        ]),
      ),
    );
    expect(cacheKey(new Set([1, 2]))).toBe(cacheKey(new Set([2, 1])));
  });

  it('tells apart what is not the same', () => {
    class Point {
      constructor(readonly x: number) {}
    }
    const different: unknown[][] = [
      [],
      [undefined, 1],
      [null],
      [0],
      [-0],
      ['0'],
      [false],
      [''],
      ['a', 'b'],
      ['a,b'],
      [['a', 'b']],
      [{}],
      [{ a: undefined }],
      [{ a: null }],
      [new Date(0)],
      [new Date(0).toISOString()],
      [0n],
      [Number.NaN],
      [new Map([['a', 1]])],
      [{ a: 1 }],
      [new Map([['a', '1']])],
      [new Set(['a'])],
      [Buffer.from('a')],
      [new Uint8Array([97])],
      [new Date(Number.NaN)],
      [new Point(1)],
      [{ x: 1 }],
      [/a/],
      [/b/],
      [new URL('http://a')],
      [new URL('http://b')],
      [new URLSearchParams('a=1')],
      [new URLSearchParams('a=2')],
      [Object(1)],
      [Object(2)],
      [[undefined]],
      [Object.assign([], { length: 1 })],
      [[[]]],
    ];
    expect(new Set(different.map((parts) => cacheKey(...parts))).size).toBe(different.length);
  });

  it('is one key for one call: undefined at the end is as if it were left out', () => {
    expect(cacheKey(1, undefined)).toBe(cacheKey(1));
    expect(cacheKey(undefined)).toBe(cacheKey());
    expect(cacheKey(undefined, 1)).not.toBe(cacheKey(1));
  });

  it('counts what is not enumerable, keys that are symbols, and what has been added to arrays and other built-in objects', () => {
    const names = ['tenant', Symbol.for('tenant'), Symbol.species];
    const named = (name: string | symbol | undefined) => [1, 2].flatMap((value) => bareWith(name, value));
    const all = [...bareWith(undefined, 0), ...names.flatMap(named)];
    expect(new Set(all.map((part) => cacheKey(part))).size).toBe(all.length);
  });

  const leaky = new WeakMap<object, number>();
  function hide(owner: object, value: number): void {
    leaky.set(owner, value);
  }
  class Private {
    readonly #x: number;
    constructor(x: number) {
      this.#x = x;
    }
    value = (): number => this.#x;
  }
  class PrivateBelow extends Private {
    readonly shown = 1;
  }
  class InWeakMap {
    readonly shown = 1;
    constructor(x: number) {
      leaky.set(this, x);
    }
  }
  class Handed {
    constructor(x: number) {
      hide(this, x);
    }
  }
  class Aliased {
    constructor(x: number) {
      const self = this as object;
      hide(self, x);
    }
  }
  class PrivateMap extends Map {
    readonly #x: number;
    constructor(x: number) {
      super();
      this.#x = x;
    }
    get x(): number {
      return this.#x;
    }
  }
  const refused: [string, (x: number) => unknown, string][] = [
    ['a function in a property', (x) => ({ where: { test: () => x } }), 'a function (argument 1.where.test)'],
    ['a function in a list', (x) => [1, () => x], 'a function (argument 1[1])'],
    [
      'an accessor',
      (x) => ({
        get value() {
          return x;
        },
      }),
      'an accessor (argument 1.value)',
    ],
    ['a proxy', (x) => ({ a: new Proxy({ x }, {}) }), 'a Proxy (argument 1.a)'],
    ['private fields', (x) => new Private(x), 'an instance of Private, which has private fields (argument 1)'],
    ['inherited private fields', (x) => new PrivateBelow(x), 'an instance of PrivateBelow, which has private fields'],
    ['private fields of a Map', (x) => new PrivateMap(x), 'an instance of PrivateMap, which has private fields'],
    ['state in a WeakMap', (x) => new InWeakMap(x), 'an instance of InWeakMap, which may keep state outside'],
    ['state in a WeakMap of others', (x) => new Handed(x), 'an instance of Handed, which may keep state outside'],
    ['state under another name', (x) => new Aliased(x), 'an instance of Aliased, which may keep state outside'],
    ['state in the prototype', (x) => Object.create({ x }), 'an unnamed class'],
    ['an unknown symbol', (x) => ({ [Symbol('id')]: x }), 'a symbol that Symbol.for() does not give'],
    ['an Error', (x) => new Error(String(x)), 'an instance of Error (argument 1)'],
    ['a generator', (x) => [x].values(), 'an unnamed class'],
    ['a JSON of nothing', (x) => ({ x, toJSON: () => undefined }), 'which says nothing of itself'],
    [
      'a JSON that fails',
      () => ({
        toJSON: () => {
          throw new Error('no');
        },
      }),
      'fails: Error: no',
    ],
  ];
  it.each(refused)('refuses %s, with the place in the arguments', (_, make, message) => {
    expect(() => cacheKey(make(1))).toThrow(message);
    expect(() => cacheKey(1, { deep: [make(1)] })).toThrow('argument 2.deep[0]');
  });

  it('takes instances of classes that show all they hold', () => {
    class Page {
      readonly size: number;
      constructor(given: { size: number }) {
        Object.assign(this, given);
        this.size = given.size;
      }
      get double(): number {
        return 2 * this.size;
      }
      same(): this {
        return this;
      }
    }
    class SortedPage extends Page {}
    const parts = [new Page({ size: 1 }), new Page({ size: 2 }), new SortedPage({ size: 1 }), { size: 1 }];
    expect(new Set(parts.map((part) => cacheKey(part))).size).toBe(4);
    expect(cacheKey(new Page({ size: 1 }))).toBe(cacheKey(new Page({ size: 1 })));
  });

  it('refuses what is not data', () => {
    const loop: unknown[] = [];
    loop.push(loop);
    let deep: unknown = 1;
    for (let level = 0; level < 20_000; level++) deep = [deep];
    for (const part of [loop, () => 1, Symbol('s'), deep])
      expect(() => cacheKey(part)).toThrow('a cache key cannot be');
  });

  it('refuses objects that would all be alike, because nothing of what they hold can be seen', () => {
    const hidden = [new Error('a'), new Headers({ a: '1' }), new ArrayBuffer(1), Promise.resolve(1), new WeakMap()];
    for (const part of hidden) {
      expect(() => cacheKey({ part })).toThrow(`a cache key cannot be made of an instance of ${part.constructor.name}`);
    }
  });
});
