import type { Dispatcher } from 'undici';

/** A proxy that requests to other servers are sent to. */
export class HttpProxy {
  /** Scheme, host and port, as they may be shown. */
  readonly origin: string;
  readonly hostname: string;
  readonly port: string;
  readonly protocol: string;
  /** What it is shown for its user and password. */
  private readonly authorization: string | undefined;

  /** @param text An http or https URL, with a user and a password where the proxy asks for them. */
  constructor(text: string) {
    const { origin, hostname, port, protocol, username, password } = new URL(text);
    this.origin = origin;
    this.hostname = hostname.replace(/^\[|\]$/g, '');
    this.protocol = protocol;
    this.port = port || (protocol === 'https:' ? '443' : '80');
    if (username !== '') {
      const plain = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
      this.authorization = `Basic ${Buffer.from(plain).toString('base64')}`;
    }
  }

  /** For the proxy itself. */
  get headers(): Record<string, string> {
    return this.authorization === undefined ? {} : { 'proxy-authorization': this.authorization };
  }

  /** A request to a server without TLS, as the proxy takes it: with the whole URL (RFC 9112, 3.2.2). */
  forwarded(origin: string, request: Dispatcher.DispatchOptions): Dispatcher.DispatchOptions {
    const headers = { ...(request.headers as Record<string, string> | null), ...this.headers };
    return { ...request, path: origin + request.path, headers };
  }
}
