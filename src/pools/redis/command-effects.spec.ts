import { blockingTimeMs, effectOf } from './command-effects';

describe('effectOf', () => {
  it.each([
    [['BLOCK', '0', 'STREAMS', 's', '$']],
    [['COUNT', '1', 'block', 0, 'STREAMS', 's', '$']],
    [[Buffer.from('block'), 0, 'STREAMS', 's', '$']],
    [['GROUP', 'streams', 'c', 'BLOCK', '0', 'STREAMS', 's', '>']],
  ])('finds the BLOCK of %j', (args) => {
    expect(effectOf('xreadgroup', args)).toBe('blocks');
  });

  it.each([
    [['STREAMS', 'block', '$']],
    [['GROUP', 'block', 'block', 'STREAMS', 's', '>']],
    [['GROUP', 'g', 'block', 'COUNT', '1', 'STREAMS', 's', '>']],
  ])('takes no name for the option BLOCK in %j', (args) => {
    expect(effectOf('xreadgroup', args)).toBe('none');
  });

  it('looks at the subcommand, however it is written', () => {
    expect(effectOf('client', ['Reply', 'OFF'])).toBe('alters');
    expect(effectOf('client', [Buffer.from('REPLY'), 'OFF'])).toBe('alters');
    expect(effectOf('client', ['LIST'])).toBe('none');
    expect(effectOf('client', [])).toBe('none');
  });
});

describe('blockingTimeMs', () => {
  it.each([
    ['get', ['k'], 0],
    ['blpop', ['a', 'b', '0.5'], 500],
    ['blpop', ['a', 0], Infinity],
    ['bzmpop', ['2', '1', 'z', 'MIN'], 2_000],
    ['wait', ['1', '300'], 300],
    ['waitaof', ['1', '0', '0'], Infinity],
    ['xread', ['BLOCK', '20', 'STREAMS', 's', '$'], 20],
    ['xread', ['STREAMS', 's', '$'], 0],
  ])('of %s %j is %d', (name, args, ms) => {
    expect(blockingTimeMs(name, args)).toBe(ms);
  });
});
