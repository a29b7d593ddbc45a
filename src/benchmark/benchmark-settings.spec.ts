import { resolveBenchmarkOptions } from './benchmark.module-definition';

describe('the options of BenchmarkModule', () => {
  it('have a default each, and runs are off', () => {
    expect(resolveBenchmarkOptions({})).toEqual({ runTimeoutMs: 120_000, maxHistory: 20 });
  });

  it('are refused all at once, each with its value and what is allowed', () => {
    const given = { enabled: 'yes', runTimeoutMs: 0, history: 5 } as never;
    expect(() => resolveBenchmarkOptions(given)).toThrow(
      [
        'BenchmarkModule.forRoot() has 3 problems:',
        '  there is no option history; there are enabled, runTimeoutMs, maxHistory',
        "  enabled must be true or false, not 'yes'",
        '  runTimeoutMs must be a whole number from 1 to 2147483647, not 0',
      ].join('\n'),
    );
  });
});
