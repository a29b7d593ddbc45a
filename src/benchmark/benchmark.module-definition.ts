import { ConfigurableModuleBuilder } from '@nestjs/common';

export interface BenchmarkOptions {
  /** Whether runs may be started at all: they load the database. */
  readonly enabled: boolean;
  /** After how long a run is given up; default 120,000. */
  readonly runTimeoutMs?: number;
  /** How many runs are remembered; default 20. */
  readonly maxHistory?: number;
}

export const { ConfigurableModuleClass: ConfigurableBenchmarkModule, MODULE_OPTIONS_TOKEN: BENCHMARK_OPTIONS } =
  new ConfigurableModuleBuilder<BenchmarkOptions>({ moduleName: 'Benchmark' })
    .setClassMethodName('forRoot')
    .setExtras({ isGlobal: true }, (definition, { isGlobal }) => ({ ...definition, global: isGlobal }))
    .build();
