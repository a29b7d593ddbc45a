import type { Clock } from '../../common/clock';
import type { BalancedEndpoint, TrafficState } from '../balancer/power-of-two-balancer';
import { PeakEwma } from '../balancer/peak-ewma';
import type { HealthProbe } from '../health-probe';
import type { EndpointStats, PoolHealth } from '../pool';
import { publishBreaker } from '../pool-channels';
import { messageOf } from '../pools.errors';
import { type Admission, EndpointBreakers, type HttpOutcome } from './endpoint-breakers';
import type { HttpBreakerOptions } from './http-breaker.options';
import type { OriginConnections } from './http-connection';
import { HttpTimeoutError } from './http.errors';

const DECAY_MS = 10_000;
/** A failure counts as at least this response time (ms); otherwise a server that fails quickly would look the fastest. */
const FAILURE_COST_MS = 1_000;
/** As long as nothing was measured, one request at a time goes there. */
const UNKNOWN_COST_MS = 60_000;

/** How many route groups its health names. */
const MAX_NAMED_ROUTES = 5;

/** One server of an upstream, with its breakers and its measured response time. */
export class HttpEndpoint implements BalancedEndpoint {
  readonly breakers: EndpointBreakers;
  readonly probe: HealthProbe | undefined;
  private readonly ewma: PeakEwma;
  private inFlight = 0;
  private measured = false;
  private lastAnswered = false;
  private requests = 0;
  /** When a breaker of it opened last. */
  private refusingSinceMs = 0;
  private errors = 0;

  constructor(
    pool: string,
    /** Put in front of every path; has no slash at the end. */
    readonly basePath: string,
    readonly connections: () => OriginConnections,
    readonly origin: string,
    /** Undefined for a server that is not configured and only known from the URL of a request. */
    makeProbe: ((endpoint: HttpEndpoint) => HealthProbe) | undefined,
    breaker: HttpBreakerOptions | undefined,
    clock: Clock,
  ) {
    this.breakers = new EndpointBreakers(breaker, clock, (made, route) => {
      publishBreaker(made, { pool, endpoint: this.name, route });
      made.onChange((_to, from) => {
        if (from === 'closed') this.refusingSinceMs = clock.now();
      });
    });
    this.ewma = new PeakEwma(clock, DECAY_MS);
    this.probe = makeProbe?.(this);
  }

  get load(): number {
    if (!this.measured) return this.inFlight === 0 ? 0 : UNKNOWN_COST_MS * this.inFlight;
    return this.ewma.valueMs * (this.inFlight + 1);
  }

  trafficState(route: string): TrafficState {
    const state = this.breakers.stateOf(route);
    if (state === 'closed') return 'available';
    return state === 'half-open' && !this.breakers.isProbing(route) ? 'trial' : 'ejected';
  }

  get isBusy(): boolean {
    return this.inFlight > 0;
  }

  /** The origin and base path, as it may be shown. */
  get name(): string {
    return this.origin + this.basePath;
  }

  /** To be called when a request begins. `settle` must follow. */
  begin(): void {
    this.inFlight++;
  }

  settle(admission: Admission, outcome: HttpOutcome, durationMs: number, error?: unknown): void {
    this.inFlight--;
    // A caller's short deadline is no failure of the server, and yet tells the balancer that it was not quick.
    const gaveUp = outcome === 'ignored' && error instanceof HttpTimeoutError;
    if (outcome !== 'ignored' || gaveUp) {
      this.requests++;
      this.lastAnswered = outcome === 'success';
      this.measured = true;
      this.ewma.observe(outcome === 'success' || gaveUp ? durationMs : Math.max(durationMs, FAILURE_COST_MS));
    }
    if (outcome === 'failure' || outcome === 'unreachable' || gaveUp) this.errors++;
    admission.settle(outcome, error);
  }

  /** Whether the server has answered since this was asked last, and not failed since then. */
  takeAnswered(): boolean {
    const answered = this.lastAnswered;
    this.lastAnswered = false;
    return answered;
  }

  /** The result of the probe; at best `degraded` while breakers keep requests away. */
  health(): PoolHealth {
    const health = this.probe?.health ?? { state: 'up', sinceMs: 0, lastError: undefined };
    if (health.state !== 'up') return health;
    const { server, refusedRoutes } = this.breakers;
    if (server.isClosed && refusedRoutes.length === 0) return health;
    const what = server.isClosed ? namesOf(refusedRoutes) : 'requests';
    const cause = this.breakers.lastError(server.isClosed ? refusedRoutes[0] : undefined);
    const message = `Most ${what} are refused, since they keep failing, last with: ${messageOf(cause)}`;
    return { state: 'degraded', sinceMs: this.refusingSinceMs, lastError: { message, atMs: this.refusingSinceMs } };
  }

  stats(): EndpointStats {
    return {
      name: this.name,
      health: this.health(),
      breaker: this.breakers.state,
      refusedRoutes: this.breakers.refusedRoutes,
      inUse: this.inFlight,
      requests: this.requests,
      errors: this.errors,
      ewmaMs: this.measured ? this.ewma.valueMs : undefined,
    };
  }
}

function namesOf(routes: readonly string[]): string {
  const named = routes.slice(0, MAX_NAMED_ROUTES).join(', ');
  const more = routes.length - MAX_NAMED_ROUTES;
  return more > 0 ? `of ${named} and ${more} more` : `of ${named}`;
}
