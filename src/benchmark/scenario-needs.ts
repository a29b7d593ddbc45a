import type { Pools } from '../pools/pools.service';
import { BenchmarkRequirementError } from './benchmark.errors';
import { DatabaseLock } from './database-lock';
import type { BenchmarkScenario } from './scenario';

type Needs = Pick<BenchmarkScenario, 'name' | 'requires'>;

/** Whether every pool that the scenario works with is configured. */
export function isRunnable({ requires }: Needs, pools: Pools): boolean {
  return requires.every((pool) => pools[pool].state !== 'not_configured');
}

/** @throws BenchmarkRequirementError for the first pool that the scenario works with and that is not configured */
export function checkRequirements({ name, requires }: Needs, pools: Pools): void {
  const missing = requires.find((pool) => pools[pool].state === 'not_configured');
  if (missing !== undefined) throw new BenchmarkRequirementError(name, missing);
}

/**
 * Keeps every other run away, of this copy and of the others, until the result is disposed of: two at once would measure
 * each other. Copies share a PostgreSQL database; where there is none, there is only this one. Undefined when another copy
 * has a run under way for longer than `patienceMs`.
 * @throws what the pool throws
 */
export async function exclusion(pools: Pools, patienceMs?: number): Promise<AsyncDisposable | undefined> {
  // Inside the process the runner itself has one run at a time.
  if (pools.postgres.state === 'not_configured') return new AsyncDisposableStack();
  return DatabaseLock.acquire(pools, patienceMs);
}
