import type { Principal } from '../http/access.decorator';

/** A token as it is configured: its text, or the hash of it, which is all that is needed to know it again. */
export interface ApiToken {
  readonly scope: Principal['scope'];
  /** 16 to 512 visible ASCII characters. */
  readonly token?: string;
  /** SHA-256 of the text, 64 hexadecimal digits, instead of it. */
  readonly sha256?: string;
  /** Told in logs instead of the token, 1 to 64 letters, digits, dots, dashes and underscores. */
  readonly name?: string;
  /** Unix ms from which on it is refused. */
  readonly expiresAtMs?: number;
}

const TOKEN = /^[\x21-\x7e]{16,512}$/;
/** In a list with commas, or in a file with blanks. */
const PLAIN_TOKEN = /^[A-Za-z0-9._~-]{16,512}$/;
const SHA256 = /^[0-9a-f]{64}$/i;
const NAME = /^[\w.-]{1,64}$/;
const HASHED = /^sha256:(.*)$/s;
const MAX_LINE_LENGTH = 1_000;

export const TOKEN_FORM = 'a token of 16 to 512 letters, digits, dots, dashes, underscores or tildes, or sha256:HASH';

/** Why no request could ever present this token; `undefined` for one that can be used. */
export function tokenProblem(one: Partial<ApiToken> | null): string | undefined {
  if (one?.scope !== 'read' && one?.scope !== 'admin') return "{ scope: 'read' or 'admin', … }";
  if ((one.token === undefined) === (one.sha256 === undefined)) return 'token or sha256, one of both';
  if (one.token !== undefined && !TOKEN.test(one.token)) return 'a token of 16 to 512 visible ASCII characters';
  if (one.sha256 !== undefined && !SHA256.test(one.sha256)) return 'sha256 of 64 hexadecimal digits';
  if (one.name !== undefined && !NAME.test(one.name)) return 'a name of letters, digits, dots and dashes';
  if (one.expiresAtMs !== undefined && !Number.isFinite(one.expiresAtMs)) return 'expiresAtMs in Unix milliseconds';
  return undefined;
}

/** `TOKEN` or `sha256:HASH`; `undefined` for anything else. */
export function tokenFrom(text: string): Pick<ApiToken, 'token' | 'sha256'> | undefined {
  const [, hash] = HASHED.exec(text) ?? [];
  if (hash !== undefined) return SHA256.test(hash) ? { sha256: hash } : undefined;
  return PLAIN_TOKEN.test(text) ? { token: text } : undefined;
}

/** What is wrong in a file of tokens; no line is shown, since it may hold one. */
export class TokensTextError extends Error {}

/**
 * The tokens of a file, one a line: name, scope, token or `sha256:HASH`, and when it expires (ISO 8601), if it does.
 * Empty lines and what follows a `#` do not count. @throws TokensTextError
 */
export function tokensIn(text: string): ApiToken[] {
  const tokens: ApiToken[] = [];
  let at = 0;
  for (const line of text.split('\n')) {
    at++;
    if (line === '') continue;
    const fail = (problem: string) => new TokensTextError(`line ${at} ${problem}`);
    if (line.length > MAX_LINE_LENGTH) throw fail(`has more than ${MAX_LINE_LENGTH} characters`);
    const said = line.split('#', 1)[0]!.trim();
    if (said !== '') tokens.push(tokenOfLine(said, fail));
  }
  return tokens;
}

function tokenOfLine(said: string, fail: (problem: string) => TokensTextError): ApiToken {
  const [name = '', scope, secret, expires, ...rest] = said.split(/\s+/);
  if (!NAME.test(name)) throw fail('must begin with a name of 1 to 64 letters, digits, dots, dashes or underscores');
  if (scope !== 'read' && scope !== 'admin') throw fail('must have read or admin as its second word');
  const token = tokenFrom(secret ?? '');
  if (token === undefined) throw fail(`must have ${TOKEN_FORM} as its third word`);
  const expiresAtMs = expires === undefined ? undefined : Date.parse(expires);
  if (Number.isNaN(expiresAtMs))
    throw fail('must have a time such as 2027-01-31 or 2027-01-31T12:00:00Z as its fourth word');
  if (rest.length > 0) throw fail('has more than four words');
  return { name, scope, ...token, ...(expiresAtMs === undefined ? {} : { expiresAtMs }) };
}
