/**
 * A browser's session: the token in a cookie that no script can read, that no other site can make a browser send, and
 * that ends with the browser (docs/decisions/dashboard-session.md).
 */
const NAME = 'performance-gateway-session';
const MAX_LENGTH = 4_096;

/** The token in a header `Cookie`; undefined where there is no session. */
export function tokenInCookie(header: string | undefined): string | undefined {
  if (header === undefined || header.length > MAX_LENGTH) return undefined;
  const found = header.split(';').find((pair) => pair.trimStart().startsWith(`${NAME}=`));
  const value = found?.slice(found.indexOf('=') + 1).trim();
  return value === undefined || value === '' ? undefined : Buffer.from(value, 'base64url').toString('utf8');
}

/**
 * The header `Set-Cookie` of a session. Without a path it holds for the folder of the address that set it, also where a
 * proxy has put something before it, and not for others on the same host.
 */
export function sessionCookie(token: string, isSecure: boolean): string {
  return `${NAME}=${Buffer.from(token).toString('base64url')}; ${attributes(isSecure)}`;
}

export function endedCookie(isSecure: boolean): string {
  return `${NAME}=; Max-Age=0; ${attributes(isSecure)}`;
}

const attributes = (isSecure: boolean): string => `HttpOnly; SameSite=Strict${isSecure ? '; Secure' : ''}`;
