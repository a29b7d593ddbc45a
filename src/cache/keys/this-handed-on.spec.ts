import { thisHandedOn } from './this-handed-on';

describe('thisHandedOn', () => {
  it.each([
    ['states.set(this, {})', ['states.set']],
    ['f ( a, b ,\n this\n)', ['f']],
    ['f(this, this)', ['f']],
    ['(this)', ['']],
    ['const self = this;', [undefined]],
    ['const self = this\n  go()', [undefined]],
    ['self=this', [undefined]],
    ['(a = this)', [undefined]],
    ['this.a = 1; f(this.a); f(g(a), this)', []],
    ['return this; x => this; f(thisOne, notthis)', []],
    ['const a = this.b; f((a), "this is)")', []],
  ])('%j', (code, names) => expect([...thisHandedOn(code)]).toEqual(names));

  it.each(['(', ' ', '(this,', 'this ', '= this', 'a', '.a(', ',this'])(
    'takes time linear in the length of code such as %j',
    (unit) => {
      const before = process.threadCpuUsage();
      const count = [...thisHandedOn(`f(${unit.repeat(1_048_576 / unit.length)}`)].length;
      const { user, system } = process.threadCpuUsage(before);
      expect(count).toBeLessThanOrEqual(1_048_576);
      expect((user + system) / 1_000).toBeLessThan(2_000);
    },
  );
});
