import { AddBaseline1764200300000 } from './add-baseline.migration';
import { CreateBenchmarkRuns1764200100000 } from './create-benchmark-runs.migration';

/** What benchmarks keep in the database, for `DatabaseModule.forRoot`; without it each copy remembers its own runs. */
export const BENCHMARK_TABLES = {
  entities: [],
  migrations: [CreateBenchmarkRuns1764200100000, AddBaseline1764200300000],
};
