import { kindOf, milliseconds, numberBetween, objectOf, orFalse, whole } from '../../common/settings/kind';
import type { RecoveryOptions } from '../breaker';
import type { FailureRatioOptions } from '../trip-rules';
import { routeOf } from './route-group';

/** When requests to a server are kept away from it, and how it is found out that it works again. */
export interface HttpBreakerOptions extends FailureRatioOptions, RecoveryOptions {
  /** After so many failed connects in a row no request is sent to the server, whatever its route. */
  readonly connectFailures: number;
  /**
   * The route group of a request, by its method and its path with the query: the requests that are judged together.
   * Default: the method and the first segment of the path, as in `GET /orders`.
   */
  readonly route: (method: string, path: string) => string;
}

/** Hystrix's threshold over Hystrix's window; of an open route one request in ten is still sent. */
export const HTTP_BREAKER_DEFAULTS: HttpBreakerOptions = {
  failureRatio: 0.5,
  minRequests: 20,
  windowMs: 10_000,
  connectFailures: 5,
  minOpenMs: 75,
  maxOpenMs: 10_000,
  halfOpenProbes: 1,
  probeTimeoutMs: 5_000,
  openShare: 0.1,
  route: routeOf,
};

/** `false`: nothing is kept away from the server. */
export const HTTP_BREAKER = orFalse(
  objectOf({
    failureRatio: numberBetween(0.01, 1),
    minRequests: whole(1, 1_000_000),
    windowMs: milliseconds(100),
    connectFailures: whole(1, 1_000_000),
    minOpenMs: milliseconds(1),
    maxOpenMs: milliseconds(1),
    halfOpenProbes: whole(1, 1_000),
    probeTimeoutMs: milliseconds(1),
    openShare: numberBetween(0, 1),
    route: kindOf<HttpBreakerOptions['route']>('a function', (value) => typeof value === 'function'),
  }),
);

export type HttpBreakerSetting = NonNullable<(typeof HTTP_BREAKER)['valueType']>;

/** The options with defaults filled in, the later settings before the earlier; undefined: there is to be no breaker. */
export function breakerOptions(...settings: (HttpBreakerSetting | undefined)[]): HttpBreakerOptions | undefined {
  let options: HttpBreakerOptions | undefined = HTTP_BREAKER_DEFAULTS;
  for (const setting of settings) {
    if (setting === undefined) continue;
    options = setting === false ? undefined : { ...(options ?? HTTP_BREAKER_DEFAULTS), ...given(setting) };
  }
  return options;
}

/** Without what is undefined, which counts as left out. */
const given = (setting: object): object =>
  Object.fromEntries(Object.entries(setting).filter(([, value]) => value !== undefined));
