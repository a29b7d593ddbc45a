import type { BenchmarkRun } from './benchmark-run';
import { FineHistogram } from './load/fine-histogram';
import { phaseAsHgrm, runAsCsv, runAsMarkdown } from './run-export';

const histogram = new FineHistogram();
for (let ms = 1; ms <= 100; ms++) histogram.record(ms);
const latency = { count: 100, meanMs: 50.5, p50Ms: 50, p95Ms: 95, p99Ms: 99, maxMs: 100 };
const phase = { operations: 100, durationMs: 1_000, perSecond: 100, latency, details: {} };
const run: BenchmarkRun = {
  id: 'abcd1234',
  instance: 'one',
  scenario: 'endpoint',
  parameters: {},
  state: 'completed',
  startedAtMs: Date.UTC(2026, 0, 2),
  durationMs: 1,
  progress: { phase: 'completed', ratio: 1 },
  outcome: {
    results: {},
    phases: { 'A, first': { ...phase, histogram: histogram.toCounts() }, B: phase },
    estimates: { latencyRatio: { value: 1.05, low: 1.01, high: 1.09 }, peakCallers: null },
    verdict: 'B is worse',
  },
  error: undefined,
  revision: 3,
  interim: undefined,
  environment: undefined,
  neighbours: undefined,
  baseline: false,
};

it('writes a line of CSV for each phase', () =>
  expect(runAsCsv(run)).toBe(
    `phase,operations,durationMs,perSecond,meanMs,p50Ms,p95Ms,p99Ms,p999Ms,p9999Ms,maxMs
"A, first",100,1000,100,50.5,50,95,99,,,100
B,100,1000,100,50.5,50,95,99,,,100
`,
  ));

it('writes a table of Markdown, with what was found', () => {
  const text = runAsMarkdown(run);
  expect(text).toContain(
    '# Benchmark abcd1234: endpoint, completed\n\nStarted 2026-01-02T00:00:00.000Z.\n\nB is worse\n',
  );
  expect(text).toContain('| B | 100 | 100.0 | 50.5 | 50.0 | 95.0 | 99.0 |  |  | 100.0 |');
  expect(text).toContain('- latencyRatio: 1.050 (1.010 to 1.090)\n- peakCallers: none');
});

it('writes the percentiles of a phase as HdrHistogram does', () => {
  const lines = phaseAsHgrm(run.outcome!.phases['A, first']!)!.split('\n');
  expect(lines[0]).toBe('       Value     Percentile TotalCount 1/(1-Percentile)');
  const values = lines.slice(2, -3).map((line) => line.trim().split(/\s+/).map(Number));
  expect(values).toHaveLength(100);
  expect(values[98]).toEqual([expect.closeTo(99, 0), 0.99, 99, 100]);
  expect(values[99]).toEqual([100, 1, 100]);
  expect(lines.slice(-3)).toEqual([
    expect.stringMatching(/^#\[Mean {4}= +50\.500, StdDeviation {3}= +28\.\d{3}]$/),
    expect.stringMatching(/^#\[Max {5}= +100\.000, Total count {4}= +100]$/),
    '',
  ]);
  expect(phaseAsHgrm(run.outcome!.phases.B!)).toBeUndefined();
});
