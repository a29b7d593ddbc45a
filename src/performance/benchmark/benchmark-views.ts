import type { BenchmarkRun } from '../../benchmark';
import type { BenchmarkRunResponse } from './benchmark.schemas';

/** A run as it is answered: its results and phases once it is over. */
export function benchmarkRunView({ startedAtMs, outcome, ...run }: BenchmarkRun): BenchmarkRunResponse {
  return {
    ...run,
    startedAt: new Date(startedAtMs).toISOString(),
    results: outcome?.results,
    phases: outcome?.phases,
  };
}
