import { SystemClock } from '../common/clock';
import { z } from 'zod';
import type { Pools } from '../pools/pools.service';
import { ManualClock } from '../testing/manual-clock';
import { BenchmarkDisabledError, BenchmarkRequirementError, BenchmarkRunningError } from './benchmark.errors';
import { RunStore } from './run-store';
import { BenchmarkRunner } from './benchmark-runner';
import { resolveBenchmarkOptions } from './benchmark.module-definition';
import type { BenchmarkScenario } from './scenario';
import { ScenarioRegistry } from './scenario-registry';

type Needs = Pick<BenchmarkScenario, 'requires'>;

/** Pools of an application that has none configured; `asked` counts the connections that were asked for. */
function noPools() {
  const counts = { asked: 0 };
  const pool = {
    state: 'not_configured',
    acquire: () => {
      counts.asked++;
      return Promise.reject(new Error('there is no such pool'));
    },
  };
  return { counts, pools: { postgres: pool, redis: pool, http: pool, qdrant: pool } as unknown as Pools };
}

function runnerOf(needs: Needs, { enabled = true } = {}) {
  const end = Promise.withResolvers<void>();
  const scenario: BenchmarkScenario = {
    ...needs,
    name: 'counting',
    description: 'counts',
    parameters: z.strictObject({}),
    run: async () => {
      await end.promise;
      return { results: {}, phases: {} };
    },
    removeLeftovers: () => Promise.resolve(),
  };
  const { counts, pools } = noPools();
  const runner = new BenchmarkRunner(
    resolveBenchmarkOptions({ enabled, listenBeforeMs: 0 }),
    ScenarioRegistry.of(scenario),
    pools,
    new ManualClock(),
    new RunStore(new SystemClock()),
  );
  return { runner, counts, end };
}

const alone: Needs = { requires: [] };

describe('what a scenario needs', () => {
  it('is asked of the scenario: one that needs no pool runs in an application without any', async () => {
    const { runner, counts, end } = runnerOf(alone);
    runner.onApplicationBootstrap();
    const { id } = await runner.start('counting', {});
    end.resolve();
    expect(await runner.wait(id, 10_000)).toMatchObject({ state: 'completed', error: undefined });
    await runner.onModuleDestroy();
    expect(counts.asked).toBe(0);
  });

  it('keeps runs of one process apart also without a lock in the database', async () => {
    const { runner, end } = runnerOf(alone);
    const first = await runner.start('counting', {});
    await expect(runner.start('counting', {})).rejects.toThrow(BenchmarkRunningError);
    end.resolve();
    await runner.wait(first.id, 10_000);
    const second = await runner.start('counting', {});
    expect(await runner.wait(second.id, 10_000)).toMatchObject({ state: 'completed' });
  });

  it.each([
    ['postgres', 'PoolsModule.forRoot({ postgres: { url } })'],
    ['redis', 'PoolsModule.forRoot({ redis: { url } })'],
    ['http', 'PoolsModule.forRoot({ http: { upstreams } })'],
    ['qdrant', 'PoolsModule.forRoot({ qdrant: { url } })'],
  ] as const)('refuses a run without %s, and says how to configure it', async (pool, option) => {
    const { runner, counts } = runnerOf({ requires: [pool] });
    runner.onApplicationBootstrap();
    const refused = await runner.start('counting', {}).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(BenchmarkRequirementError);
    for (const part of ['"counting"', `"${pool}"`, option]) {
      expect((refused as BenchmarkRequirementError).detail).toContain(part);
    }
    expect(await runner.list()).toEqual([]);
    expect(counts.asked).toBe(0);
  });

  it('says how to switch benchmarks on where they are off', async () => {
    const { runner } = runnerOf(alone, { enabled: false });
    const refused = await runner.start('counting', {}).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(BenchmarkDisabledError);
    expect((refused as BenchmarkDisabledError).detail).toBe(
      'Set PerformanceModule.forRoot({ benchmark: { enabled } }) to true.',
    );
  });
});
