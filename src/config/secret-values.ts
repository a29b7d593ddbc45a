import { parsePostgresUrl } from '../common/url-problem';
import type { AppConfig } from './app-config';

interface Addressed {
  readonly url?: string | undefined;
  readonly apiKey?: string | undefined;
}

/** Every secret of the configuration, for the logger to leave out. */
export function secretValues(config: AppConfig): string[] {
  const { pools, security, monitoring, alerting } = config;
  const { webhookUrl, webhookSecret, slackUrl, smtpUrl, alertmanagerUrls } = alerting.notifications;
  const { remoteWrite } = monitoring;
  const { postgres, redis, qdrant } = pools;
  const named = [postgres, redis, qdrant].flatMap((kind) => Object.values<Addressed>(kind.named));
  const all: Addressed[] = [postgres, redis, qdrant, ...named, { url: remoteWrite.url, apiKey: remoteWrite.token }];
  const { http, https } = pools.http.proxy;
  const urls = [...all.map(({ url }) => url), http, https];
  const keys = all.flatMap(({ apiKey }) => apiKey ?? []);
  return [
    ...security.tokens.flatMap(({ token }) => token ?? []),
    ...urls.flatMap((url) => (url === undefined ? [] : passwordsIn(url))),
    ...keys,
    // All of a webhook's URL is its secret.
    ...[webhookUrl, webhookSecret, slackUrl].flatMap((secret) => secret ?? []),
    ...[smtpUrl, ...(alertmanagerUrls?.split('|') ?? [])].flatMap((url) => (url === undefined ? [] : passwordsIn(url))),
  ];
}

/** As it stands in the URL and as the server is told. A password that is also the user's name is no secret word. */
function passwordsIn(url: string): string[] {
  const { username, password } = parsePostgresUrl(url) ?? { username: '', password: '' };
  if (password === '' || password === username) return [];
  return [password, decoded(password)];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
