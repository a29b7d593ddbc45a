import { PowerOfTwoBalancer } from '../balancer/power-of-two-balancer';
import type { CredentialsSource } from '../credentials-source';
import type { HttpEndpoint } from './http-endpoint';

export interface HttpTarget {
  readonly upstream: HttpUpstream;
  /** Path and query, without the base path of an endpoint. */
  readonly path: string;
}

/** One or several servers that can answer the same requests. */
export class HttpUpstream {
  private readonly balancer: PowerOfTwoBalancer<HttpEndpoint>;

  constructor(
    readonly endpoints: readonly HttpEndpoint[],
    /** Of the header `authorization`. */
    readonly credentials?: CredentialsSource,
  ) {
    this.balancer = new PowerOfTwoBalancer(endpoints);
  }

  /** Whether another endpoint can be tried when one refuses. */
  get hasChoice(): boolean {
    return this.endpoints.length > 1;
  }

  /** The target at this URL, if one of its servers is there. */
  targetAt({ origin, pathname, search }: URL): HttpTarget | undefined {
    const found = this.endpoints.find(
      (endpoint) => endpoint.origin === origin && pathname.startsWith(`${endpoint.basePath}/`),
    );
    return found && { upstream: this, path: pathname.slice(found.basePath.length) + search };
  }

  /** The route group in which its servers judge a request. */
  routeOf(method: string, path: string): string {
    return this.endpoints[0]!.breakers.routeOf(method, path);
  }

  pick(route: string, tried: ReadonlySet<HttpEndpoint>): HttpEndpoint {
    return this.balancer.pick(route, tried);
  }
}
