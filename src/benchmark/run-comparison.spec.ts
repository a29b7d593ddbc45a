import type { BenchmarkRun } from './benchmark-run';
import { compareRuns, isSameExperiment } from './run-comparison';
import { ratioOfMeans } from './statistics/interval';
import { seededRandom } from './seeded-random';

const slices = (...means: number[]) => means.map((meanMs) => ({ meanMs, p99Ms: 3 * meanMs }));

function run(id: string, means: readonly number[], rest: Partial<BenchmarkRun> = {}, invalid?: string): BenchmarkRun {
  const latency = { count: 1, meanMs: 1, p50Ms: 1, p95Ms: 1, p99Ms: 1, maxMs: 1 };
  const phase = { operations: 1, durationMs: 1, perSecond: 100, latency, slices: slices(...means), details: {} };
  return {
    id,
    instance: 'one',
    scenario: 'endpoint',
    parameters: { callers: 4 },
    state: 'completed',
    startedAtMs: 0,
    durationMs: 1,
    progress: { phase: 'completed', ratio: 1 },
    revision: 1,
    interim: undefined,
    environment: undefined,
    neighbours: undefined,
    baseline: false,
    outcome: { results: {}, phases: { load: phase }, ...(invalid !== undefined && { invalid }) },
    error: undefined,
    ...rest,
  };
}

const steady = [1, 1.01, 0.99, 1, 1.01, 0.99];

it.each([
  ['worse', steady.map((ms) => ms * 1.2)],
  ['better', steady.map((ms) => ms * 0.8)],
  ['unchanged', steady],
  ['undecided', steady.map((ms) => ms * 1.05)],
  ['undecided', [0.5, 2, 0.7, 1.9, 0.6, 2.2]],
])('a phase is %s only where the whole interval says so', (verdict, means) => {
  expect(compareRuns(run('a', steady), run('b', means))).toMatchObject({ verdict, phases: { load: { verdict } } });
});

it('decides nothing by figures that do not count, and tells what else differs', () => {
  const other = run(
    'b',
    steady.map((ms) => ms * 2),
    { parameters: { callers: 8 } },
    'invalid: generator late',
  );
  expect(compareRuns(run('a', steady), other)).toMatchObject({
    verdict: 'undecided',
    differences: ['parameters.callers: 4, 8'],
  });
});

it('takes parameters for the same in whatever order they are', () => {
  const [one, other] = [
    { a: 1, b: { c: 2, d: [3] } },
    { b: { d: [3], c: 2 }, a: 1 },
  ];
  expect(isSameExperiment(run('a', [], { parameters: one }), run('b', [], { parameters: other }))).toBe(true);
  expect(isSameExperiment(run('a', [], { parameters: one }), run('b', [], { parameters: { a: 1 } }))).toBe(false);
});

it('has an interval that contains the true ratio in 93 of 100 experiments and more', () => {
  const random = seededRandom(5);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const draw = (mean: number, scatter: number) => Array.from({ length: 10 }, () => mean * Math.exp(scatter * normal()));
  const hits = Array.from({ length: 1_000 }, () => ratioOfMeans(draw(1, 0.05), draw(1.1, 0.2))!).filter(
    ({ low, high }) => low <= 1.1 && high >= 1.1,
  );
  expect(hits.length).toBeGreaterThanOrEqual(930);
});
