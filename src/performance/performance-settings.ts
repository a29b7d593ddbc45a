import type { CanActivate } from '@nestjs/common';
import { BENCHMARK_SETTINGS } from '../benchmark';
import { FLAG, kindOf, oneOf, TEXT } from '../common/settings/kind';
import { setting } from '../common/settings/setting';
import type { RouteGuardOption } from '../http';

const isGuard = (value: unknown): boolean =>
  typeof (
    typeof value === 'function'
      ? (value.prototype as Partial<CanActivate> | undefined)
      : (value as Partial<CanActivate> | null)
  )?.canActivate === 'function';

const GUARDS = kindOf<readonly RouteGuardOption[]>(
  'a list of guards: classes or objects that have canActivate',
  (value) => Array.isArray(value) && value.every(isGuard),
);

/** Benchmarks put load on the database; by default `POST /performance/benchmark` refuses. */
export const BENCHMARK_OPTION = { benchmark: BENCHMARK_SETTINGS };

/** What `PerformanceModule` takes beside that, known when it is imported; none comes from a variable. */
export const PERFORMANCE_SETTINGS = {
  /** What the application is called. Default `performance-gateway`. */
  name: setting(TEXT, { default: 'performance-gateway' }),
  /** Where its API is described: a path from its root, such as `/docs`, or a URL. Without it nothing links there. */
  docs: setting(TEXT, {}),
  /**
   * Who may call our routes where there are no `guards`: `closed`, the default, lets programs of this machine read and
   * nobody change anything; `open` leaves it to the guards that the application has for all of its routes.
   */
  access: setting(oneOf('closed', 'open'), { default: 'closed' }),
  /**
   * Guards of the application that decide about each of our routes instead: classes, which are taken from whatever
   * module provides them, or instances. The dashboard's page and its files are not asked about; they hold no data.
   */
  guards: setting(GUARDS, { default: [] }),
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
