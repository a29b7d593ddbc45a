/**
 * What `text` must be instead, as a URL that begins with one of `schemes`, or undefined if it is right. The value stays out of it: it may
 * hold a password.
 */
export function urlProblem(text: string, schemes: readonly string[]): string | undefined {
  const scheme = /^([a-z]+):\/\//i.exec(text)?.[1]?.toLowerCase();
  if (scheme === undefined || !schemes.includes(scheme)) {
    return `a URL that begins with ${schemes.map((each) => `${each}://`).join(' or ')}`;
  }
  if (URL.canParse(text)) return undefined;
  return `${scheme}://host:port, but host or port cannot be read (special characters of a password have to be percent-encoded)`;
}

/** The same for one or several, separated by `|`. */
export function urlsProblem(text: string, schemes: readonly string[]): string | undefined {
  return text
    .split('|')
    .map((url) => urlProblem(url, schemes))
    .find((problem) => problem !== undefined);
}

/** The same for the URL of a Redis: its path (or `?db=`) is the number of a database, or empty. */
export function redisUrlProblem(text: string): string | undefined {
  const problem = urlProblem(text, ['redis', 'rediss']);
  if (problem !== undefined) return problem;
  const { pathname, searchParams } = new URL(text);
  const databases = [pathname.slice(1), searchParams.get('db') ?? ''];
  if (databases.every((database) => /^\d{0,10}$/.test(database))) return undefined;
  return 'a URL with nothing after host and port, or the number of a database (0 and up) as in redis://host:6379/1';
}

/**
 * The URL of a PostgreSQL as its parts. It may have a folder in place of the host, that of the server's socket, which the
 * standard for URLs does not allow beside a user: `postgres://user:password@/app?host=/cloudsql/project:region:instance`.
 */
export function parsePostgresUrl(text: string): URL | undefined {
  const url = URL.parse(text);
  if (url !== null) return url;
  const withHost = URL.parse(text.replace('@/', '@localhost/'));
  return withHost?.searchParams.get('host')?.startsWith('/') ? withHost : undefined;
}

/** What `text` must be instead, as the URL of a PostgreSQL. */
export function postgresUrlProblem(text: string): string | undefined {
  const problem = urlProblem(text, ['postgres', 'postgresql']);
  return problem !== undefined && /^postgres(?:ql)?:\/\//i.test(text) && parsePostgresUrl(text) ? undefined : problem;
}

/** Where the server is, as it may be shown: host and port, or the folder of its socket. */
export function postgresEndpoint(text: string): string {
  const url = parsePostgresUrl(text);
  const host = url?.searchParams.get('host') ?? decodeURIComponent(url?.hostname ?? '');
  return host.startsWith('/') ? host : `${host || 'localhost'}:${url?.port || '5432'}`;
}
