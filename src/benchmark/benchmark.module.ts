import { Module } from '@nestjs/common';
import { benchmarkOptionsProviders, ConfigurableBenchmarkModule } from './benchmark.module-definition';
import { BenchmarkRunner } from './benchmark-runner';
import { CachedReadScenario } from './cached-read/cached-read-scenario';
import { BENCHMARK_SCENARIOS, type BenchmarkScenario } from './scenario';
import { EndpointScenario } from './endpoint/endpoint-scenario';
import { EndpointTargets } from './endpoint/endpoint-target';
import { RunStore } from './run-store';
import { ScenarioRegistry } from './scenario-registry';

/** The runner and every scenario; a further scenario is listed here. */
@Module({
  providers: [
    ...benchmarkOptionsProviders,
    CachedReadScenario,
    EndpointTargets,
    EndpointScenario,
    {
      provide: BENCHMARK_SCENARIOS,
      inject: [CachedReadScenario, EndpointScenario],
      useFactory: (...scenarios: BenchmarkScenario[]) => scenarios,
    },
    ScenarioRegistry,
    RunStore,
    BenchmarkRunner,
  ],
  exports: [BenchmarkRunner, ScenarioRegistry],
})
export class BenchmarkModule extends ConfigurableBenchmarkModule {}
