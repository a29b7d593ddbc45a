import { BENCHMARK_SETTINGS } from '../benchmark';
import { FLAG, TEXT } from '../common/settings/kind';
import { setting } from '../common/settings/setting';

/** Benchmarks put load on the database; by default `POST /performance/benchmark` refuses. */
export const BENCHMARK_OPTION = { benchmark: BENCHMARK_SETTINGS };

/** What `PerformanceModule` takes beside that, known when it is imported; none comes from a variable. */
export const PERFORMANCE_SETTINGS = {
  /** What the application is called. Default `performance-gateway`. */
  name: setting(TEXT, { default: 'performance-gateway' }),
  /** Where its API is described: a path from its root, such as `/docs`, or a URL. Without it nothing links there. */
  docs: setting(TEXT, {}),
  /**
   * Whether our routes validate and answer with problem details by themselves. Default true; false where the whole
   * application does both, as after `configureHttp`.
   */
  httpDefaults: setting(FLAG, { default: true }),
  /**
   * Whether an error of a request that no code handles is logged, counted (`http_server_unhandled_errors_total`) and
   * answered with 500 instead of ending the process, on every route of the application. Default true.
   */
  surviveErrors: setting(FLAG, { default: true }),
};
