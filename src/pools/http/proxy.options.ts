import { BlockList, isIP } from 'node:net';
import { type Kind, kindOf, secretText } from '../../common/settings/kind';
import { setting } from '../../common/settings/setting';
import { urlProblem } from '../../common/url-problem';

export const PROXY_URL: Kind<string> = secretText((text) => urlProblem(text, ['http', 'https']));

/** `false`: none, also where the pool has one. */
export const PROXY_OR_NONE: Kind<string | false> = {
  ...PROXY_URL,
  refuse: (value) => (value === false ? undefined : PROXY_URL.refuse(value)),
};

const EXCEPTIONS: Kind<string> = kindOf('a text', (value) => typeof value === 'string');

/** Through which proxies requests go. */
export const PROXY_SETTINGS = {
  /** For servers without TLS. */
  http: setting(PROXY_URL, {
    variable: { name: 'HTTP_PROXY', kind: PROXY_URL, alsoInSmallLetters: true },
    example: 'http://proxy:3128',
    help: 'proxy for requests of the HTTP pool and of Qdrant to http:// URLs; http_proxy goes first',
  }),
  /** For servers with TLS, which it sees as a tunnel. */
  https: setting(PROXY_URL, {
    variable: { name: 'HTTPS_PROXY', kind: PROXY_URL, alsoInSmallLetters: true },
    example: 'http://proxy:3128',
    help: 'proxy for requests of the HTTP pool and of Qdrant to https:// URLs; https_proxy goes first',
  }),
  /** To whom requests go directly: hosts with all below them, networks, each with a port or without; `*`: everybody. */
  except: setting(EXCEPTIONS, {
    variable: { name: 'NO_PROXY', kind: EXCEPTIONS, alsoInSmallLetters: true },
    example: 'localhost,.internal,10.0.0.0/8',
    help: 'hosts, domains and networks whose requests need no proxy; *: all; no_proxy goes first',
  }),
};

/** The hosts of a list such as `localhost,.internal,10.0.0.0/8,[::1]:8080`, in the form that curl and Go read. */
export class ProxyExceptions {
  private readonly names: { readonly host: string; readonly port: string | undefined }[] = [];
  private readonly networks = new BlockList();
  private readonly all: boolean;

  constructor(list: string) {
    const entries = list.split(/[\s,]+/).filter((entry) => entry !== '');
    this.all = entries.includes('*');
    for (const entry of entries) this.add(entry.toLowerCase());
  }

  has({ hostname, port, protocol }: URL): boolean {
    if (this.all) return true;
    const host = hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
    const wanted = port || (protocol === 'https:' ? '443' : '80');
    const family = isIP(host);
    if (family !== 0 && this.networks.check(host, family === 6 ? 'ipv6' : 'ipv4')) return true;
    return this.names.some(
      (name) =>
        (name.port === undefined || name.port === wanted) &&
        (host === name.host || (family === 0 && host.endsWith(`.${name.host}`))),
    );
  }

  private add(entry: string): void {
    const [address, bits] = entry.split('/');
    const family = isIP(address!);
    if (bits !== undefined) {
      const isNetwork = family !== 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= (family === 6 ? 128 : 32);
      if (isNetwork) this.networks.addSubnet(address!, Number(bits), family === 6 ? 'ipv6' : 'ipv4');
      return;
    }
    const colon = family === 6 ? -1 : entry.lastIndexOf(':');
    const hasPort = colon > 0 && /^\d{1,5}$/.test(entry.slice(colon + 1));
    const host = (hasPort ? entry.slice(0, colon) : entry).replace(/^\[|\]$/g, '').replace(/^\*?\./, '');
    if (host !== '') this.names.push({ host, port: hasPort ? entry.slice(colon + 1) : undefined });
  }
}
