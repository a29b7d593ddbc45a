import { resolveBenchmarkOptions } from './benchmark.module-definition';

describe('the options of benchmarks', () => {
  it('have a default each, and runs are off', () => {
    expect(resolveBenchmarkOptions({})).toEqual({ runTimeoutMs: 300_000, listenBeforeMs: 1_000, maxHistory: 20 });
  });

  it('are refused all at once, each with its value and what is allowed', () => {
    const given = { enabled: 'yes', runTimeoutMs: 0, history: 5 } as never;
    expect(() => resolveBenchmarkOptions(given)).toThrow(
      [
        'PerformanceModule.forRoot() has 3 problems:',
        '  there is no option benchmark.history; there are enabled, runTimeoutMs, listenBeforeMs, maxHistory',
        "  benchmark.enabled must be true or false, not 'yes'",
        '  benchmark.runTimeoutMs must be a whole number from 1 to 300000, not 0',
      ].join('\n'),
    );
  });
});
