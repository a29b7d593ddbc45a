import type { Clock } from '../../common/clock';
import {
  Breaker,
  BREAKER_STATES,
  type BreakerOutcome,
  type BreakerPermit,
  type BreakerState,
  DEFAULT_BREAKER,
} from '../breaker';
import { FailureRatio, FailuresInARow, type TripRule } from '../trip-rules';
import type { HttpBreakerOptions } from './http-breaker.options';

/**
 * `failure`: the route failed. `unreachable`: no connection could be made. `ignored`: it says nothing about the server
 * (an abort, a caller's own short deadline, a request that cannot be sent).
 */
export type HttpOutcome = 'success' | 'failure' | 'unreachable' | 'ignored';

/** What an outcome says of the server as a whole: a route that failed was reached. */
const AS_SERVER: Readonly<Record<HttpOutcome, BreakerOutcome>> = {
  success: 'success',
  failure: 'success',
  unreachable: 'failure',
  ignored: 'ignored',
};

/** How many route groups of one server are judged; beyond that the oldest is forgotten. */
const MAX_ROUTES = 128;

/**
 * The breakers before one server: one for its connections, and one for each route group, so that a route that fails
 * stops no other.
 */
export class EndpointBreakers {
  readonly server: Breaker;
  private readonly routes = new Map<string, Breaker>();

  constructor(
    /** Undefined: every request is admitted. */
    private readonly options: HttpBreakerOptions | undefined,
    private readonly clock: Clock,
    /** Called with each new breaker and its route group, or with undefined for that of the connections. */
    private readonly made: (breaker: Breaker, route: string | undefined) => void,
  ) {
    this.server = this.make(undefined, new FailuresInARow(options?.connectFailures ?? Infinity, 0, clock));
  }

  routeOf(method: string, path: string): string {
    return this.options?.route(method, path) ?? '';
  }

  /** Asks both breakers for a request of this route group. */
  admit(route: string): Admission {
    if (this.options === undefined) return new Admission(undefined, undefined);
    return new Admission(this.server, this.routes.get(route) ?? this.add(route, this.options));
  }

  /** Of the server as a whole: open also when all its route groups are. */
  get state(): BreakerState {
    const routes = [...this.routes.values()].map(({ state }) => state);
    const best =
      routes.length === 0 ? 'closed' : routes.reduce((one, other) => (worse(one, other) === one ? other : one));
    return worse(this.server.state, best);
  }

  stateOf(route: string): BreakerState {
    return worse(this.server.state, this.routes.get(route)?.state ?? 'closed');
  }

  isProbing(route: string): boolean {
    return this.server.isProbing || this.routes.get(route)?.isProbing === true;
  }

  /** The route groups of which most requests are refused. */
  get refusedRoutes(): string[] {
    return [...this.routes].flatMap(([route, { isClosed }]) => (isClosed ? [] : [route]));
  }

  /** What a route group failed with last, or without one the connections. */
  lastError(route: string | undefined): unknown {
    return (route === undefined ? this.server : this.routes.get(route))?.lastError;
  }

  private add(route: string, options: HttpBreakerOptions): Breaker {
    if (this.routes.size >= MAX_ROUTES) this.routes.delete(this.routes.keys().next().value!);
    const breaker = this.make(route, new FailureRatio(options, this.clock));
    this.routes.set(route, breaker);
    return breaker;
  }

  private make(route: string | undefined, rule: TripRule): Breaker {
    const breaker = new Breaker(this.options ?? DEFAULT_BREAKER, this.clock, rule);
    this.made(breaker, route);
    return breaker;
  }
}

/** What the breakers said to one request. `settle` must follow, also where it is not sent. */
export class Admission {
  private readonly serverPermit: BreakerPermit | undefined;
  private readonly routePermit: BreakerPermit | undefined;

  constructor(
    private readonly server: Breaker | undefined,
    private readonly route: Breaker | undefined,
  ) {
    this.serverPermit = server?.tryAcquire();
    // The share that an open breaker lets through is not spent on what the other refuses.
    if (this.serverPermit !== undefined) this.routePermit = route?.tryAcquire();
  }

  /** The breaker that refuses the request, if one does. */
  get refusedBy(): Breaker | undefined {
    if (this.serverPermit === undefined) return this.server;
    return this.routePermit === undefined ? this.route : undefined;
  }

  settle(outcome: HttpOutcome, error: unknown): void {
    settleOne(this.server, this.serverPermit, AS_SERVER[outcome], error);
    settleOne(this.route, this.routePermit, outcome === 'unreachable' ? 'ignored' : outcome, error);
  }
}

function settleOne(
  breaker: Breaker | undefined,
  permit: BreakerPermit | undefined,
  outcome: BreakerOutcome,
  error: unknown,
): void {
  if (permit !== undefined) breaker?.settle(permit, outcome, error);
  else if (outcome === 'success') breaker?.close(); // it was sent all the same, because all servers were refused
}

const worse = (one: BreakerState, other: BreakerState): BreakerState =>
  BREAKER_STATES.indexOf(one) > BREAKER_STATES.indexOf(other) ? one : other;
