/**
 * `available`: takes traffic. `ejected`: takes none, since it keeps failing. `trial`: was ejected, and one request may
 * find out now whether it works again.
 */
export type TrafficState = 'available' | 'trial' | 'ejected';

/** What the balancer needs to know about an endpoint. */
export interface BalancedEndpoint {
  /** Expected response time × requests it already has; the lower, the better. */
  readonly load: number;
  /** Whether it takes requests of this route group. */
  trafficState(route: string): TrafficState;
}

/**
 * Chooses an endpoint: takes two at random, and of these the one with less load. That spreads requests nearly as evenly
 * as comparing all, and does not send all requests to one endpoint because of an old measurement.
 *
 * Source: M. Mitzenmacher, "The Power of Two Choices in Randomized Load Balancing", IEEE TPDS 12(10), 2001.
 */
export class PowerOfTwoBalancer<T extends BalancedEndpoint> {
  constructor(
    private readonly endpoints: readonly T[],
    private readonly random: () => number = Math.random,
  ) {
    if (endpoints.length === 0) throw new RangeError('A balancer needs at least one endpoint');
  }

  /**
   * The endpoint for the next request of a route group; if possible none of `tried`, where this request has already failed. When all are
   * ejected it still returns one: the request may succeed there, and a refusal would fail for certain.
   */
  pick(route: string, tried?: ReadonlySet<T>): T {
    if (this.endpoints.length === 1) return this.endpoints[0]!;
    const fresh = tried?.size ? this.endpoints.filter((endpoint) => !tried.has(endpoint)) : this.endpoints;
    const choices = fresh.length > 0 ? fresh : this.endpoints;
    const available = choices.filter((endpoint) => endpoint.trafficState(route) === 'available');
    // A trial may fail, so it is not done with a request that has failed before.
    const trial = tried?.size ? undefined : choices.find((endpoint) => endpoint.trafficState(route) === 'trial');
    if (trial) return trial;
    return this.lessLoaded(available.length > 0 ? available : choices);
  }

  private lessLoaded(choices: readonly T[]): T {
    if (choices.length === 1) return choices[0]!;
    const first = Math.floor(this.random() * choices.length);
    const second = (first + 1 + Math.floor(this.random() * (choices.length - 1))) % choices.length;
    const [one, other] = [choices[first]!, choices[second]!];
    return other.load < one.load ? other : one;
  }
}
