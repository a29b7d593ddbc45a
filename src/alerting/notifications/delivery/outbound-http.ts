import { readFile } from 'node:fs/promises';
import type { SecureVersion } from 'node:tls';
import type { Agent, Dispatcher, ProxyAgent } from 'undici';
import { SERVICE_VERSION } from '../../../common/service-version';
import { undiciPackage } from '../../../pools/http/undici-package';
import type { HttpClientConfig, TlsConfig } from '../config/http-client-config';
import { TargetRefusedError } from '../notifications.errors';
import type { AddressRule } from './address-rule';

const MAX_REDIRECTS = 5;
/** Of an answer no more is read. */
const MAX_ANSWER_BYTES = 4_096;
/** Redirects that repeat the request with its body; the others would turn it into one without. */
const REPEATING = new Set([307, 308]);
const KEEP_ALIVE_MS = 30_000;

export interface OutboundRequest {
  readonly url: string;
  readonly method?: 'POST' | 'PUT';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
  readonly http: HttpClientConfig;
  readonly signal: AbortSignal;
}

export interface OutboundAnswer {
  readonly status: number;
  readonly retryAfter: string | undefined;
  /** The beginning of the answer. */
  readonly text: string;
}

/** Calls receivers over HTTP: every address it connects to is checked, also after redirects. */
export class OutboundHttp {
  private readonly agents = new Map<string, Promise<Agent | ProxyAgent>>();

  constructor(private readonly addresses: AddressRule) {}

  /** @throws TargetRefusedError, and what undici throws */
  async call({ url, method = 'POST', headers = {}, body, http, signal }: OutboundRequest): Promise<OutboundAnswer> {
    const dispatcher = await this.agentFor(http);
    const credentials = await authorizationOf(http);
    let target = withoutCredentials(new URL(url));
    const origin = target.origin;
    for (let redirects = 0; ; redirects++) {
      this.check(target);
      const answer = await undiciPackage().request(target, {
        method,
        dispatcher,
        signal,
        body,
        headers: {
          'content-type': 'application/json',
          'user-agent': `performance-gateway/${SERVICE_VERSION}`,
          ...headers,
          // Another server must not see what was meant for the first.
          ...(credentials !== undefined && target.origin === origin && { authorization: credentials }),
        },
      });
      const location = one(answer.headers.location);
      const text = await beginningOf(answer.body);
      if (!REPEATING.has(answer.statusCode) || location === undefined || !http.follow_redirects) {
        return { status: answer.statusCode, retryAfter: one(answer.headers['retry-after']), text };
      }
      if (redirects === MAX_REDIRECTS)
        throw new TargetRefusedError(target.host, `it redirects more than ${MAX_REDIRECTS} times`);
      target = withoutCredentials(new URL(location, target));
    }
  }

  async close(): Promise<void> {
    const agents = [...this.agents.values()];
    this.agents.clear();
    await Promise.all(agents.map(async (agent) => (await agent).destroy()));
  }

  private check({ protocol, hostname, host }: URL): void {
    if (protocol !== 'http:' && protocol !== 'https:')
      throw new TargetRefusedError(host, 'only http and https are called');
    this.addresses.checkHost(hostname);
  }

  /** Receivers with the same TLS and proxy share connections. */
  private agentFor({ tls_config, proxy_url, proxy_connect_header }: HttpClientConfig): Promise<Agent | ProxyAgent> {
    const key = JSON.stringify([tls_config, proxy_url, proxy_connect_header]);
    const known = this.agents.get(key);
    if (known !== undefined) return known;
    const made = this.makeAgent(tls_config, proxy_url, proxy_connect_header);
    this.agents.set(key, made);
    made.catch(() => this.agents.delete(key)); // a certificate that is not there may come later
    return made;
  }

  private async makeAgent(
    tls: TlsConfig | undefined,
    proxy: string | undefined,
    proxyHeaders: HttpClientConfig['proxy_connect_header'],
  ): Promise<Agent | ProxyAgent> {
    const secure = tls === undefined ? {} : await tlsOptions(tls);
    const options = { keepAliveTimeout: KEEP_ALIVE_MS, connections: 8, pipelining: 1 };
    if (proxy === undefined)
      return new (undiciPackage().Agent)({ ...options, connect: { ...secure, lookup: this.addresses.lookup } });
    const uri = proxy.includes('://') ? proxy : `http://${proxy}`;
    this.addresses.checkHost(new URL(uri).hostname);
    const headers = Object.fromEntries(
      Object.entries(proxyHeaders ?? {}).map(([name, values]) => [name, values.join(', ')]),
    );
    return new (undiciPackage().ProxyAgent)({
      ...options,
      uri,
      headers,
      requestTls: secure,
      connect: { lookup: this.addresses.lookup },
    });
  }
}

const fileAt = async (path: string | undefined) => (path ? { path: await readFile(path, 'utf8') } : undefined);
const version = (text: string | undefined) => text?.replace(/^TLS1(\d)$/, 'TLSv1.$1').replace('TLSv1.0', 'TLSv1');

/** What Node wants to know for `tls_config`; the files are read now. */
export async function tlsOptions(tls: TlsConfig) {
  const [ca, cert, key] = await Promise.all([fileAt(tls.ca_file), fileAt(tls.cert_file), fileAt(tls.key_file)]);
  const [min, max] = [version(tls.min_version), version(tls.max_version)] as (SecureVersion | undefined)[];
  return {
    rejectUnauthorized: !tls.insecure_skip_verify,
    ...(ca && { ca: ca.path }),
    ...(cert && { cert: cert.path }),
    ...(key && { key: key.path }),
    ...(tls.server_name && { servername: tls.server_name }),
    ...(min && { minVersion: min }),
    ...(max && { maxVersion: max }),
  };
}

/** A secret that is written in the configuration or in a file of its own, read each time: it may be changed. */
export async function secretOf(text: string | undefined, file: string | undefined): Promise<string | undefined> {
  if (text) return text;
  return file ? (await readFile(file, 'utf8')).trim() : undefined;
}

async function authorizationOf({ basic_auth: basic, authorization }: HttpClientConfig): Promise<string | undefined> {
  if (basic !== undefined) {
    const password = (await secretOf(basic.password, basic.password_file)) ?? '';
    return `Basic ${Buffer.from(`${basic.username}:${password}`).toString('base64')}`;
  }
  if (authorization === undefined) return undefined;
  return `${authorization.type} ${(await secretOf(authorization.credentials, authorization.credentials_file)) ?? ''}`;
}

function withoutCredentials(url: URL): URL {
  const clean = new URL(url);
  clean.username = clean.password = '';
  return clean;
}

const one = (header: string | string[] | undefined): string | undefined => (Array.isArray(header) ? header[0] : header);

async function beginningOf(body: Dispatcher.ResponseData['body']): Promise<string> {
  let text = '';
  const decoder = new TextDecoder();
  try {
    for await (const chunk of body) {
      text += decoder.decode(chunk as Uint8Array, { stream: true });
      if (text.length > MAX_ANSWER_BYTES) break;
    }
  } catch {
    return text; // the status says what matters
  }
  return text.slice(0, MAX_ANSWER_BYTES).trim();
}
