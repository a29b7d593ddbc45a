import type { Clock } from '../../common/clock';
import type { HttpConnections } from './http-connections';
import { CREDENTIALS_TIMEOUT_MS, CredentialsSource } from '../credentials-source';
import { breakerOptions, type HttpBreakerOptions } from './http-breaker.options';
import type { HttpPoolSettings } from './http.options';
import { HttpEndpoint } from './http-endpoint';
import type { OriginAccess } from './http-connection';
import { HttpProxies } from './http-proxies';
import type { HttpProxy } from './http-proxy';
import { HttpTargetInvalidError } from './http.errors';
import { type HttpTarget, HttpUpstream } from './http-upstream';
import type { HealthProbe } from '../health-probe';
import { Tls } from '../tls';
import type { TlsOptions } from '../tls.options';
import { asUpstream } from './upstreams-setting';

/** How many origins are kept that are known only from absolute URLs; the least recently used one is dropped. */
const MAX_ORIGINS = 256;

interface EndpointOptions {
  readonly breaker: HttpBreakerOptions | undefined;
  readonly access: OriginAccess;
}

/** Finds the target of a request: an upstream by its name, or an origin by an absolute URL. */
export class HttpTargets {
  private readonly named: ReadonlyMap<string, HttpUpstream>;
  private readonly breaker: HttpBreakerOptions | undefined;
  private readonly tls: Tls | undefined;
  private readonly proxies: HttpProxies;
  /** One object for each way in which origins are reached that are no upstreams. */
  private readonly accesses = new Map<HttpProxy | undefined, OriginAccess>();
  private readonly byOrigin = new Map<string, HttpUpstream>();

  constructor(
    private readonly pool: string,
    options: Pick<HttpPoolSettings, 'upstreams' | 'breaker' | 'proxy' | keyof TlsOptions>,
    private readonly connections: HttpConnections,
    private readonly makeProbe: (endpoint: HttpEndpoint) => HealthProbe,
    private readonly clock: Clock,
  ) {
    this.breaker = breakerOptions(options.breaker);
    this.tls = Tls.of(options, 'http');
    this.proxies = new HttpProxies(options.proxy ?? {});
    this.named = new Map(
      Object.entries(options.upstreams).map(([name, upstream]) => {
        const { urls, breaker, credentials, proxy: ownProxy, ...own } = asUpstream(upstream);
        const ownTls = Tls.of(own, `http.upstreams.${name}`);
        const endpoints = urls.map((url) => {
          const parsed = new URL(url);
          const proxy = this.proxies.for(parsed, ownProxy);
          const access =
            ownTls === undefined && ownProxy === undefined ? this.accessBy(proxy) : { tls: ownTls ?? this.tls, proxy };
          return this.endpoint(parsed, { breaker: breakerOptions(options.breaker, breaker), access }, this.makeProbe);
        });
        const source = credentials && new CredentialsSource(credentials, CREDENTIALS_TIMEOUT_MS, clock);
        return [name, new HttpUpstream(endpoints, source)];
      }),
    );
  }

  /** The endpoints of all configured upstreams. */
  get configured(): HttpEndpoint[] {
    return [...this.named.values()].flatMap(({ endpoints }) => endpoints);
  }

  /** The names of the configured upstreams. */
  get names(): string[] {
    return [...this.named.keys()];
  }

  /** Where the servers of an upstream are, with their base paths; nothing for a name that is none. */
  urlsOf(name: string): URL[] {
    return (this.named.get(name)?.endpoints ?? []).map(({ origin, basePath }) => new URL(origin + basePath));
  }

  /** @throws HttpTargetInvalidError */
  find(url: string | URL): HttpTarget {
    if (typeof url === 'string' && !/^https?:\/\//i.test(url)) return this.findNamed(url);
    const parsed = typeof url === 'string' ? URL.parse(url) : url;
    if (parsed === null || !/^https?:$/.test(parsed.protocol)) {
      throw new HttpTargetInvalidError(this.pool, 'This is no http or https URL');
    }
    return { upstream: this.atOrigin(parsed), path: parsed.pathname + parsed.search };
  }

  private findNamed(url: string): HttpTarget {
    const colon = url.indexOf(':');
    const name = url.slice(0, colon);
    const upstream = this.named.get(name);
    if (colon < 0 || upstream === undefined || url[colon + 1] !== '/') {
      const known = [...this.named.keys()].join(', ') || 'none';
      throw new HttpTargetInvalidError(
        this.pool,
        `"${name}" is no upstream with a path behind it (there are: ${known})`,
      );
    }
    return { upstream, path: url.slice(colon + 1) };
  }

  private atOrigin(url: URL): HttpUpstream {
    const known = url.username === '' ? this.byOrigin.get(url.origin) : undefined;
    // Setting it again moves it to the end of the map, so the first one is the least recently used.
    if (known) this.byOrigin.delete(url.origin);
    else this.forgetOldest();
    const upstream = known ?? new HttpUpstream([this.endpoint(withoutPath(url), this.optionsAt(url))]);
    this.byOrigin.set(url.origin, upstream);
    return upstream;
  }

  private forgetOldest(): void {
    if (this.byOrigin.size < MAX_ORIGINS) return;
    for (const [origin, { endpoints }] of this.byOrigin) {
      if (endpoints.some(({ isBusy }) => isBusy)) continue;
      this.byOrigin.delete(origin);
      return;
    }
  }

  private optionsAt(url: URL): EndpointOptions {
    return { breaker: this.breaker, access: this.accessBy(this.proxies.for(url)) };
  }

  private accessBy(proxy: HttpProxy | undefined): OriginAccess {
    let access = this.accesses.get(proxy);
    if (access === undefined) this.accesses.set(proxy, (access = { tls: this.tls, proxy }));
    return access;
  }

  private endpoint(
    url: URL,
    { breaker, access }: EndpointOptions,
    makeProbe?: (endpoint: HttpEndpoint) => HealthProbe,
  ): HttpEndpoint {
    const { origin, pathname, username } = url;
    if (username !== '') {
      throw new HttpTargetInvalidError(this.pool, `The URL for ${origin} has credentials, which belong in a header`);
    }
    return new HttpEndpoint(
      this.pool,
      pathname.replace(/\/$/, ''),
      () => this.connections.at(origin, access),
      origin,
      makeProbe,
      breaker,
      this.clock,
    );
  }
}

/** The URL with the path `/`. Credentials stay in it, so that they are refused instead of ignored. */
function withoutPath(url: URL): URL {
  const origin = new URL(url);
  origin.pathname = '/';
  return origin;
}
