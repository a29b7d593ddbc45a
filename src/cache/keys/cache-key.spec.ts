import { cacheKey } from './cache-key';

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
      [undefined],
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
      [[[]]],
    ];
    expect(new Set(different.map((parts) => cacheKey(...parts))).size).toBe(different.length);
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
