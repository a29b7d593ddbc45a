import { ConfigurableModuleBuilder } from '@nestjs/common';
import { optionsProviders } from '../common/settings/options-provider';
import { resolveOptions } from '../common/settings/resolve-options';
import type { GivenOptions, ResolvedOptions } from '../common/settings/setting';
import { BENCHMARK_SETTINGS } from './benchmark-settings';

/** As given to `PerformanceModule.forRoot({ benchmark })`: what is left out has a default. */
export type BenchmarkOptions = GivenOptions<typeof BENCHMARK_SETTINGS>;

/** The options with every default filled in. */
export type ResolvedBenchmarkOptions = ResolvedOptions<typeof BENCHMARK_SETTINGS>;

export const BENCHMARK_OPTIONS = Symbol('BENCHMARK_OPTIONS');

export const { ConfigurableModuleClass: ConfigurableBenchmarkModule, MODULE_OPTIONS_TOKEN: GIVEN_BENCHMARK_OPTIONS } =
  new ConfigurableModuleBuilder<BenchmarkOptions>({ moduleName: 'Benchmark' })
    .setClassMethodName('forRoot')
    .setExtras({ isGlobal: true }, (definition, { isGlobal }) => ({ ...definition, global: isGlobal }))
    .build();

export const benchmarkOptionsProviders = optionsProviders({
  module: 'PerformanceModule',
  base: ConfigurableBenchmarkModule,
  given: GIVEN_BENCHMARK_OPTIONS,
  provide: BENCHMARK_OPTIONS,
  resolve: resolveBenchmarkOptions,
});

/** Fills in the defaults. @throws ModuleOptionsError with everything that cannot be right */
export function resolveBenchmarkOptions(given: BenchmarkOptions): ResolvedBenchmarkOptions {
  return resolveOptions('PerformanceModule.forRoot()', { benchmark: BENCHMARK_SETTINGS }, { benchmark: given })
    .benchmark;
}
