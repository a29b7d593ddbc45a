import { FLAG, milliseconds, whole } from '../common/settings/kind';
import { setting } from '../common/settings/setting';

/** Every option of the benchmarks, and the variable from which the service takes it. */
export const BENCHMARK_SETTINGS = {
  /** Whether runs may be started at all: they load the database. Default false, in the service outside production true. */
  enabled: setting(FLAG, {
    variable: 'BENCHMARK_ENABLED',
    help: 'whether POST /performance/benchmark runs; default: true, in production false',
  }),
  /** After how long a run is given up: five minutes at most. */
  runTimeoutMs: setting(milliseconds(1, 300_000), { default: 300_000 }),
  /** How long before a run it is looked what the requests of others take, to compare that with what they take during it. */
  listenBeforeMs: setting(milliseconds(0, 60_000), { default: 1_000 }),
  /** How many runs are remembered. */
  maxHistory: setting(whole(1, 10_000), { default: 20 }),
};
