import { parsePostgresUrl } from '../common/url-problem';
import type { AppConfig } from './app-config';

/** Every secret of the configuration, for the logger to leave out. */
export function secretValues(config: AppConfig): string[] {
  const { pools, security, monitoring } = config;
  const { remoteWrite } = monitoring;
  const urls = [pools.postgres.url, pools.redis.url, pools.qdrant.url, remoteWrite.url];
  return [
    ...security.tokens.flatMap(({ token }) => token ?? []),
    ...urls.flatMap((url) => (url === undefined ? [] : passwordsIn(url))),
    ...[pools.qdrant.apiKey, remoteWrite.token].filter((secret) => secret !== undefined),
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
