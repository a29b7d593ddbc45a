import { Readable } from 'node:stream';
import { StreamableFile } from '@nestjs/common';
import { ObjectId } from 'bson';
import { Exclude, Expose, instanceToPlain, Transform } from 'class-transformer';
import { Decimal } from 'decimal.js';
import { DateTime } from 'luxon';
import { of } from 'rxjs';
import { toCacheable } from './cacheable-value';
import { ValueWarnings } from './value-warnings';

class User {
  readonly friends: User[] = [];
  constructor(readonly name: string) {}
  greet = (): string => `hello ${this.name}`;
  shout(): string {
    return this.name.toUpperCase();
  }
}

/** As query builders are: what they find is there once they are awaited. */
class Query {
  readonly table = 'users';
  // oxlint-disable-next-line unicorn/no-thenable -- it stands for query builders that are
  then(found: (rows: unknown[]) => void): void {
    found([]);
  }
}

describe('toCacheable', () => {
  const warned: string[] = [];
  beforeEach(() => warned.splice(0));
  const warnings = new ValueWarnings((message) => warned.push(message));
  const plain = (value: unknown): unknown => toCacheable(value, 'plain', warnings).value;

  it('takes class instances as plain data, with one warning per class', () => {
    const value = plain([new User('Ann'), { nested: new User('Bob') }]);
    expect(value).toStrictEqual([{ name: 'Ann', friends: [] }, { nested: { name: 'Bob', friends: [] } }]);
    expect(warned).toHaveLength(1);
    expect(warned[0]).toContain('instances of User are cached as plain data');
  });

  it('leaves functions and symbols out, with one warning per property of plain objects', () => {
    class Format {
      readonly text = 'a';
      readonly apply = () => 1;
    }
    const rows = Array.from({ length: 3 }, (_, n) => ({ n, apply: () => n, mark: Symbol('m'), gone: undefined }));
    expect(plain({ rows })).toStrictEqual({ rows: [0, 1, 2].map((n) => ({ n, gone: undefined })) });
    expect(plain(new Format())).toStrictEqual({ text: 'a' });
    expect(warned).toEqual([
      'the function at $.rows[0].apply is left out of the cached value: only data is kept',
      'the symbol at $.rows[0].mark is left out of the cached value: only data is kept',
      expect.stringContaining('instances of Format are cached as plain data'),
    ]);
  });

  it('takes what says what it is in JSON as that, so that it hides here what it hides there', () => {
    class Account {
      readonly password = 'secret';
      constructor(readonly name: string) {}
      toJSON(): object {
        return { name: this.name };
      }
    }
    class Itself {
      readonly a = 1;
      toJSON(): this {
        return this;
      }
    }
    const own = { amount: 100, toJSON: () => ({ amount: 100, currency: 'EUR' }) };
    const at = DateTime.fromMillis(0, { zone: 'utc' });
    const value = {
      account: new Account('Ann'),
      itself: [new Itself()],
      own,
      price: new Decimal('1.5'),
      at,
      id: new ObjectId(),
    };
    expect(plain(value)).toStrictEqual(JSON.parse(JSON.stringify(value)));
    expect(() => toCacheable(value, 'reject', warnings)).toThrow('an instance of Account at $.account');
  });

  it('refuses what class-transformer would change on its way out, with the remedy', () => {
    class Base {
      @Exclude() readonly password: string = 'secret';
    }
    class Heir extends Base {}
    class Renamed {
      @Expose({ name: 'b' }) readonly a: number = 1;
    }
    class Changed {
      @Transform(() => 2) readonly a: number = 1;
    }
    for (const each of [new Base(), new Heir(), new Renamed(), new Changed()]) {
      expect(() => plain({ each })).toThrow(
        /would be lost \(take instanceToPlain\(\) of it, or classInstances: 'reference'\) at \$\.each/,
      );
      expect(toCacheable(each, 'reference', warnings).value as object).toBe(each);
      expect(plain(instanceToPlain(each))).toStrictEqual(instanceToPlain(each));
    }
  });

  it('refuses streams and observables, whatever becomes of instances', () => {
    for (const each of [
      Readable.from(['a']),
      new ReadableStream(),
      of(1),
      new Query(),
      new StreamableFile(Buffer.from('a')),
    ]) {
      for (const policy of ['plain', 'reject'] as const)
        expect(() => toCacheable([each], policy, warnings)).toThrow('the value to cache holds');
      if (!(each instanceof StreamableFile))
        expect(() => toCacheable([each], 'reference', warnings)).toThrow('at $[0]');
    }
  });

  it('refuses them, or keeps them as they are, as the options say', () => {
    const user = new User('Ann');
    expect(() => toCacheable([user], 'reject', warnings)).toThrow('an instance of User at $[0]');
    const kept = toCacheable({ user }, 'reference', warnings);
    expect((kept.value as { user: User }).user).toBe(user);
    expect(kept).toMatchObject({ referenced: true, copies: false });
  });

  it.each([
    ['a cycle', (() => { const a: unknown[] = []; a.push({ a }); return a; })()], // prettier-ignore
    ['a function', () => 1],
    ['a symbol', Symbol('s')],
    ['a promise', { wait: Promise.resolve() }],
    ['a regular expression', [/x/]],
    ['an error', new Error('x')],
    ['an observable', of(1)],
    ['what is awaited', [new Query()]],
  ])('refuses %s', (_, value) => {
    expect(() => plain(value)).toThrow(expect.objectContaining({ code: 'CACHE_VALUE_UNSUPPORTED' }));
  });

  it('names what has no class by what it is', () => {
    const generator = (function* () { yield 1; })(); // prettier-ignore
    expect(() => plain(generator)).toThrow('the value to cache holds an instance of Generator at $');
  });

  it('freezes in depth, but only its copy', () => {
    const source = { list: [{ deep: { n: 1 } }] };
    const value = plain(source) as typeof source;
    expect(Object.isFrozen(value.list[0]!.deep)).toBe(true);
    source.list[0]!.deep.n = 2;
    expect(value.list[0]!.deep.n).toBe(1);
  });

  it('does not let a key called __proto__ become the prototype', () => {
    const value = plain(JSON.parse('{"__proto__":{"admin":{"yes":true}}}')) as { admin?: unknown };
    expect(value.admin).toBeUndefined();
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(Object.keys(value)).toEqual(['__proto__']);
  });
});
