import { PowerOfTwoBalancer } from '../balancer/power-of-two-balancer';
import type { HttpEndpoint } from './http-endpoint';

/** One or several servers that can answer the same requests. */
export class HttpUpstream {
  private readonly balancer: PowerOfTwoBalancer<HttpEndpoint>;

  constructor(readonly endpoints: readonly HttpEndpoint[]) {
    this.balancer = new PowerOfTwoBalancer(endpoints);
  }

  /** Whether another endpoint can be tried when one refuses. */
  get hasChoice(): boolean {
    return this.endpoints.length > 1;
  }

  pick(tried: ReadonlySet<HttpEndpoint> | undefined): HttpEndpoint {
    return this.balancer.pick(tried);
  }
}
