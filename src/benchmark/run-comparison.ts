import type { BenchmarkRun } from './benchmark-run';
import type { PhaseFigures, PhaseSlice } from './scenario';
import { type Estimate, ratioOfMeans } from './statistics/interval';

/** Apart by less than this, two runs are as good as each other. */
export const TOLERANCE = 0.05;

export type ChangeVerdict = 'better' | 'worse' | 'unchanged' | 'undecided';

/** How a phase of run B went beside the same phase of run A. */
export interface PhaseChange {
  /** B over A, with the interval of 95 %; absent where a run keeps no slices. */
  readonly latencyRatio?: Estimate;
  readonly p99Ratio?: Estimate;
  readonly throughputRatio: number | null;
  readonly cpuRatio: number | null;
  /** Of the latency: decided only where the whole interval lies on one side of the tolerance, or within it. */
  readonly verdict: ChangeVerdict;
}

/** How run B went beside run A. */
export interface RunComparison {
  readonly a: string;
  readonly b: string;
  readonly tolerance: number;
  /** What is not the same in both, so that a difference may come from it: `parameters.callers: 4, 8`. */
  readonly differences: readonly string[];
  readonly phases: Readonly<Record<string, PhaseChange>>;
  /** The worst of the phases. */
  readonly verdict: ChangeVerdict;
}

const WORST_FIRST: readonly ChangeVerdict[] = ['worse', 'undecided', 'better', 'unchanged'];
const MAX_DIFFERENCES = 50;

/** What changed from run A to run B, phase by phase; figures that do not count decide nothing. */
export function compareRuns(a: BenchmarkRun, b: BenchmarkRun): RunComparison {
  const [before, after] = [a.outcome?.phases ?? {}, b.outcome?.phases ?? {}];
  const count = a.outcome?.invalid === undefined && b.outcome?.invalid === undefined;
  const names = Object.keys(before).filter((name) => Object.hasOwn(after, name));
  const phases = Object.fromEntries(names.map((name) => [name, changeOf(before[name]!, after[name]!, count)]));
  const verdicts = new Set(Object.values(phases).map(({ verdict }) => verdict));
  return {
    a: a.id,
    b: b.id,
    tolerance: TOLERANCE,
    differences: differencesOf(a, b),
    phases,
    verdict: WORST_FIRST.find((verdict) => verdicts.has(verdict)) ?? 'undecided',
  };
}

/** Whether a difference of two runs can come from what was measured alone. */
export const isSameExperiment = (a: BenchmarkRun, b: BenchmarkRun): boolean =>
  a.scenario === b.scenario && canonical(a.parameters) === canonical(b.parameters);

/** The database gives the parts of an object back in another order. */
const canonical = (value: unknown): string =>
  [...leaves('', value)]
    .map(([path, leaf]) => `${path}: ${leaf}`)
    .toSorted()
    .join('\n');

function changeOf(a: PhaseFigures, b: PhaseFigures, count: boolean): PhaseChange {
  const ratio = (figure: keyof PhaseSlice) =>
    ratioOfMeans(
      (a.slices ?? []).map((slice) => slice[figure]),
      (b.slices ?? []).map((slice) => slice[figure]),
    );
  const [latencyRatio, p99Ratio] = [ratio('meanMs'), ratio('p99Ms')];
  return {
    ...(latencyRatio !== undefined && { latencyRatio }),
    ...(p99Ratio !== undefined && { p99Ratio }),
    throughputRatio: quotient(b.perSecond, a.perSecond),
    cpuRatio: quotient(b.details.cpuMsPerRequest, a.details.cpuMsPerRequest),
    verdict: count && latencyRatio !== undefined ? verdictOf(latencyRatio) : 'undecided',
  };
}

function verdictOf({ low, high }: Estimate): ChangeVerdict {
  const [least, most] = [1 / (1 + TOLERANCE), 1 + TOLERANCE];
  if (low > most) return 'worse';
  if (high < least) return 'better';
  return low >= least && high <= most ? 'unchanged' : 'undecided';
}

function quotient(b: unknown, a: unknown): number | null {
  return typeof a === 'number' && typeof b === 'number' && a > 0 ? b / a : null;
}

/** Everything that should be the same; the load of the machine is never. */
function conditionsOf({ scenario, parameters, environment }: BenchmarkRun): ReadonlyMap<string, string> {
  const found = new Map(leaves('', { scenario, parameters, environment }));
  found.delete('environment.machine.load1m');
  return found;
}

function differencesOf(a: BenchmarkRun, b: BenchmarkRun): string[] {
  const [one, other] = [conditionsOf(a), conditionsOf(b)];
  const names = new Set([...one.keys(), ...other.keys()]);
  return [...names]
    .filter((name) => one.get(name) !== other.get(name))
    .map((name) => `${name}: ${one.get(name) ?? 'none'}, ${other.get(name) ?? 'none'}`)
    .slice(0, MAX_DIFFERENCES);
}

function* leaves(path: string, value: unknown): Generator<readonly [string, string]> {
  if (typeof value !== 'object' || value === null) yield [path, JSON.stringify(value) ?? 'none'];
  else {
    for (const [name, part] of Object.entries(value)) yield* leaves(path === '' ? name : `${path}.${name}`, part);
  }
}
