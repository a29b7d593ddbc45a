import { Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { benchmarkOptionsProviders, ConfigurableBenchmarkModule } from './benchmark.module-definition';
import { BenchmarkMetrics } from './benchmark.metrics';
import { BenchmarkRunner } from './benchmark-runner';
import { CacheScenario } from './cache/cache-scenario';
import { CachedReadScenario } from './cached-read/cached-read-scenario';
import { EndpointScenario } from './endpoint/endpoint-scenario';
import { EndpointTargets } from './endpoint/endpoint-target';
import { MixedScenario } from './mixed/mixed-scenario';
import { HttpScenario } from './pools/http-scenario';
import { PoolComparison } from './pools/pool-comparison';
import { PostgresScenario } from './pools/postgres-scenario';
import { QdrantScenario } from './pools/qdrant-scenario';
import { RedisScenario } from './pools/redis-scenario';
import { OperationMeter } from './operations/operation-meter';
import { EnvironmentReader } from './run-environment';
import { RunGuard } from './run-guard';
import { RunStore } from './run-store';
import { ScenarioRegistry } from './scenario-registry';

/** The runner and every scenario; a further scenario is a provider of any module with `@BenchmarkScenario()`. */
@Module({
  imports: [DiscoveryModule],
  providers: [
    ...benchmarkOptionsProviders,
    CachedReadScenario,
    EndpointTargets,
    EndpointScenario,
    CacheScenario,
    PoolComparison,
    PostgresScenario,
    RedisScenario,
    HttpScenario,
    QdrantScenario,
    MixedScenario,
    ScenarioRegistry,
    RunStore,
    RunGuard,
    EnvironmentReader,
    OperationMeter,
    BenchmarkRunner,
    BenchmarkMetrics,
  ],
  exports: [BenchmarkRunner, ScenarioRegistry],
})
export class BenchmarkModule extends ConfigurableBenchmarkModule {}
