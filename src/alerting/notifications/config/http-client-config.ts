import { FLAG, mapOf, oneOf, orElse, type Read, readFields, refuseBoth, SECRET, TEXT, TEXTS } from './fields';
import type { YamlMap } from './yaml-map';

const TLS_VERSION = oneOf('TLS10', 'TLS11', 'TLS12', 'TLS13');

const TLS = {
  ca_file: TEXT,
  cert_file: TEXT,
  key_file: TEXT,
  server_name: TEXT,
  insecure_skip_verify: orElse(FLAG, false),
  min_version: TLS_VERSION,
  max_version: TLS_VERSION,
};

const HTTP = {
  basic_auth: mapOf((map) => {
    refuseBoth(map, 'password', 'password_file');
    return readFields(map, { username: orElse(TEXT, ''), password: SECRET, password_file: TEXT });
  }),
  authorization: mapOf((map) => {
    refuseBoth(map, 'credentials', 'credentials_file');
    const read = readFields(map, { type: TEXT, credentials: SECRET, credentials_file: TEXT });
    const type = read.type?.trim() || 'Bearer';
    if (type.toLowerCase() === 'basic') throw map.error('type', 'cannot be basic, use basic_auth instead');
    return { ...read, type };
  }),
  oauth2: mapOf((map): undefined => {
    throw map.error('client_id', 'oauth2 is not supported; use authorization or basic_auth');
  }),
  bearer_token: SECRET,
  bearer_token_file: TEXT,
  tls_config: mapOf((map) => readFields(map, TLS)),
  proxy_url: { read: readProxy },
  proxy_connect_header: mapOf((map) => Object.fromEntries(map.names().map((name) => [name, TEXTS.read(map, name)]))),
  follow_redirects: orElse(FLAG, true),
  enable_http2: orElse(FLAG, true),
};

/** How a receiver is called over HTTP. */
export type HttpClientConfig = Omit<
  Read<typeof HTTP>,
  'oauth2' | 'bearer_token' | 'bearer_token_file' | 'enable_http2'
>;
export type TlsConfig = Read<typeof TLS>;

export const PLAIN_HTTP: HttpClientConfig = {
  basic_auth: undefined,
  authorization: undefined,
  tls_config: undefined,
  proxy_url: undefined,
  proxy_connect_header: undefined,
  follow_redirects: true,
};

export const TLS_CONFIG = mapOf((map): TlsConfig => readFields(map, TLS));

/** @throws AlertmanagerConfigError */
export function readHttpClientConfig(map: YamlMap): HttpClientConfig {
  refuseBoth(map, 'bearer_token', 'bearer_token_file');
  const { oauth2: _none, enable_http2: _always, bearer_token, bearer_token_file, ...http } = readFields(map, HTTP);
  const bearer = bearer_token || bearer_token_file;
  if (http.authorization !== undefined && bearer)
    throw map.error('authorization', 'is not compatible with bearer_token and bearer_token_file');
  if (http.basic_auth !== undefined && (bearer || http.authorization !== undefined))
    throw map.error('basic_auth', 'at most one of basic_auth, authorization and bearer_token may be given');
  return bearer
    ? { ...http, authorization: { type: 'Bearer', credentials: bearer_token, credentials_file: bearer_token_file } }
    : http;
}

export const HTTP_CONFIG = mapOf(readHttpClientConfig);

/** The scheme may be left out. */
function readProxy(map: YamlMap, name: string): string | undefined {
  const text = map.text(name);
  if (text === undefined || text === '' || /^[^:\s]/.test(text)) return text || undefined;
  throw map.error(name, `must be a URL, not "${text}"`);
}
