import type { ResolvedOptions } from '../../common/settings/setting';
import { HttpProxy } from './http-proxy';
import { type PROXY_SETTINGS, ProxyExceptions } from './proxy.options';

/** Which proxy the requests to a server go through, if any. */
export class HttpProxies {
  private readonly byProtocol: Readonly<Record<string, HttpProxy | undefined>>;
  private readonly exceptions: ProxyExceptions;

  constructor({ http, https, except = '' }: ResolvedOptions<typeof PROXY_SETTINGS>) {
    this.byProtocol = { 'http:': proxyAt(http), 'https:': proxyAt(https) };
    this.exceptions = new ProxyExceptions(except);
  }

  /** `own`: the proxy of an upstream, for which there are no exceptions; false: none. */
  for(url: URL, own?: string | false): HttpProxy | undefined {
    if (own !== undefined) return own === false ? undefined : proxyAt(own);
    const proxy = this.byProtocol[url.protocol];
    return proxy !== undefined && this.exceptions.has(url) ? undefined : proxy;
  }
}

const proxyAt = (url: string | undefined): HttpProxy | undefined => (url ? new HttpProxy(url) : undefined);
