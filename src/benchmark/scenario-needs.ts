import type { Pools } from '../pools/pools.service';
import { BenchmarkRequirementError } from './benchmark.errors';
import { DatabaseLock } from './database-lock';
import type { BenchmarkScenario } from './scenario';

type Needs = Pick<BenchmarkScenario, 'name' | 'requires' | 'exclusive'>;

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
 * Keeps other runs away, as the scenario asks for, until the result is disposed of. Undefined when another copy of the
 * service holds the lock for longer than `patienceMs`.
 * @throws what the pool throws
 */
export async function exclusion(
  { exclusive }: Needs,
  pools: Pools,
  patienceMs?: number,
): Promise<AsyncDisposable | undefined> {
  // Inside the process the runner itself has one run at a time.
  return exclusive === 'database' ? DatabaseLock.acquire(pools, patienceMs) : new AsyncDisposableStack();
}
