import { hash, timingSafeEqual } from 'node:crypto';
import type { Logger } from '@nestjs/common';
import type { Principal } from '../http/access.decorator';
import type { ApiToken } from './api-token';
import { TokensRequiredError } from './security.errors';
import type { SecurityOptions } from './security.options';
import { readOrCreateToken } from './token-file';

interface KnownToken {
  readonly digest: Buffer;
  readonly principal: Principal;
  readonly expiresAtMs: number;
}

/** The tokens of this service, kept as hashes, with the scope of each. */
export class AccessTokens {
  private readonly configured: readonly KnownToken[];
  private all: readonly KnownToken[];
  private toldExpired = '';

  constructor(
    tokens: readonly ApiToken[],
    /** Where the token is kept that was made because none was configured. */
    readonly generated?: { readonly token: string; readonly path: string },
  ) {
    this.configured = (generated ? [{ scope: 'admin' as const, token: generated.token }] : tokens).map(known);
    this.all = this.configured;
  }

  /**
   * The configured tokens, or the generated one outside production where there are no others.
   * @throws TokensRequiredError, TokenFileError
   */
  static from({ tokens, tokensFile, jwt, production, dataDir }: SecurityOptions): AccessTokens {
    if (tokens.length > 0 || tokensFile !== undefined || jwt.jwksUrl !== undefined) return new AccessTokens(tokens);
    if (production) throw new TokensRequiredError();
    return new AccessTokens([], readOrCreateToken(dataDir));
  }

  /** These are the tokens of the file from now on. */
  replaceFile(tokens: readonly ApiToken[]): void {
    this.all = [...this.configured, ...tokens.map(known)];
  }

  /** The caller that a token names; always compares with every hash, so that the time it takes tells nothing. */
  find(token: string): Principal | 'expired' | undefined {
    const given = digestOf(token);
    const nowMs = Date.now();
    let found: Principal | 'expired' | undefined;
    for (const { digest, principal, expiresAtMs } of this.all) {
      if (!timingSafeEqual(digest, given)) continue;
      if (expiresAtMs <= nowMs) found ??= 'expired';
      // One text in both scopes is an admin: the stronger one wins.
      else if (typeof found !== 'object' || found.scope !== 'admin') found = principal;
    }
    return found;
  }

  /** Tells once of the tokens that nobody can use any more. */
  warnOfExpired(logger: Logger): void {
    const expired = this.all.filter(({ expiresAtMs }) => expiresAtMs <= Date.now());
    const names = expired.map(({ principal }) => principal.name).join(', ');
    if (names === this.toldExpired) return;
    this.toldExpired = names;
    if (names === '') return;
    logger.warn(`These tokens have expired and are refused: ${names}`);
  }
}

function known({ scope, token, sha256, name, expiresAtMs = Infinity }: ApiToken): KnownToken {
  const digest = sha256 === undefined ? digestOf(token ?? '') : Buffer.from(sha256, 'hex');
  const id = digest.toString('hex', 0, 6);
  return { digest, principal: { scope, id, ...(name === undefined ? {} : { name }) }, expiresAtMs };
}

const digestOf = (text: string): Buffer => hash('sha256', text, 'buffer');
