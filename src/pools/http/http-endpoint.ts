import type { Clock } from '../../common/clock';
import { Breaker, type BreakerOptions, type BreakerOutcome, type BreakerPermit, DEFAULT_BREAKER } from '../breaker';
import type { BalancedEndpoint } from '../balancer/power-of-two-balancer';
import { PeakEwma } from '../balancer/peak-ewma';
import type { HealthProbe } from '../health-probe';
import type { EndpointStats, PoolHealth } from '../pool';
import { poolBreakerChanges, type PoolBreakerChange } from '../pool-channels';
import type { OriginConnections } from './http-connection';
import { HttpTimeoutError } from './http.errors';

const DECAY_MS = 10_000;
/** A failure counts as at least this response time (ms); otherwise a server that fails quickly would look the fastest. */
const FAILURE_COST_MS = 1_000;
/** As long as nothing was measured, one request at a time goes there. */
const UNKNOWN_COST_MS = 60_000;

const BREAKER: BreakerOptions = { ...DEFAULT_BREAKER, maxOpenMs: 10_000 };

/** One server of an upstream, with its breaker and its measured response time. */
export class HttpEndpoint implements BalancedEndpoint {
  readonly breaker: Breaker;
  private readonly ewma: PeakEwma;
  private inFlight = 0;
  private trials = 0;
  private measured = false;
  private requests = 0;
  private errors = 0;

  constructor(
    pool: string,
    /** Put in front of every path; has no slash at the end. */
    readonly basePath: string,
    readonly connections: () => OriginConnections,
    readonly origin: string,
    /** Undefined for a server that is not configured and only known from the URL of a request. */
    readonly probe: HealthProbe | undefined,
    clock: Clock,
  ) {
    this.breaker = new Breaker(BREAKER, clock);
    this.breaker.onChange((to) => {
      const change: PoolBreakerChange = { pool, endpoint: origin, to };
      poolBreakerChanges.publish(change);
    });
    this.ewma = new PeakEwma(clock, DECAY_MS);
  }

  get load(): number {
    if (!this.measured) return this.inFlight === 0 ? 0 : UNKNOWN_COST_MS * this.inFlight;
    return this.ewma.valueMs * (this.inFlight + 1);
  }

  get trafficState(): BalancedEndpoint['trafficState'] {
    if (this.breaker.isClosed) return 'available';
    return this.breaker.state === 'half-open' && this.trials === 0 ? 'trial' : 'ejected';
  }

  get isBusy(): boolean {
    return this.inFlight > 0;
  }

  /** To be called when a request begins. `settle` must follow. */
  begin(permit: BreakerPermit | undefined): void {
    this.inFlight++;
    if (permit?.probe) this.trials++;
  }

  settle(permit: BreakerPermit | undefined, outcome: BreakerOutcome, durationMs: number, error?: unknown): void {
    this.inFlight--;
    if (permit?.probe) this.trials--;
    // A caller's short deadline is no failure of the server, and yet tells the balancer that it was not quick.
    const gaveUp = outcome === 'ignored' && error instanceof HttpTimeoutError;
    if (outcome !== 'ignored' || gaveUp) {
      this.requests++;
      this.measured = true;
      this.ewma.observe(outcome === 'failure' ? Math.max(durationMs, FAILURE_COST_MS) : durationMs);
    }
    if (outcome === 'failure' || gaveUp) this.errors++;
    if (permit) this.breaker.settle(permit, outcome, error);
    else if (outcome === 'success') this.breaker.close(); // it was ejected, and was tried because all others were, too
  }

  /** The result of the probe; at best `degraded` while the breaker keeps requests away. */
  health(): PoolHealth {
    const health = this.probe?.health ?? { state: 'up', sinceMs: 0, lastError: undefined };
    return health.state === 'up' && this.breaker.state === 'open' ? { ...health, state: 'degraded' } : health;
  }

  stats(): EndpointStats {
    return {
      name: this.origin + this.basePath,
      health: this.health(),
      breaker: this.breaker.state,
      inUse: this.inFlight,
      requests: this.requests,
      errors: this.errors,
      ewmaMs: this.measured ? this.ewma.valueMs : undefined,
    };
  }
}
