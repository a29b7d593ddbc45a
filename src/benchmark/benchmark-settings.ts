import { FLAG, milliseconds, whole } from '../common/settings/kind';
import { setting } from '../common/settings/setting';

/** Every option of the benchmarks, and the variable from which the service takes it. */
export const BENCHMARK_SETTINGS = {
  /** Whether runs may be started at all: they load the database. Default false, in the service outside production true. */
  enabled: setting(FLAG, {
    variable: 'BENCHMARK_ENABLED',
    help: 'whether POST /performance/benchmark runs; default: true, in production false',
  }),
  /** After how long a run is given up. */
  runTimeoutMs: setting(milliseconds(1), { default: 300_000 }),
  /** How many runs are remembered. */
  maxHistory: setting(whole(1, 10_000), { default: 20 }),
};
