import { hash, timingSafeEqual } from 'node:crypto';
import type { Principal } from '../http/access.decorator';
import { TokensRequiredError } from './security.errors';
import type { SecurityOptions } from './security.options';
import { readOrCreateToken } from './token-file';

/** The tokens of this service, kept as hashes, with the scope of each. */
export class AccessTokens {
  private readonly known: readonly { readonly digest: Buffer; readonly principal: Principal }[];

  constructor(
    tokens: SecurityOptions['tokens'],
    /** Where the token is kept that was made because none was configured. */
    readonly generated?: { readonly token: string; readonly path: string },
  ) {
    const all = generated ? [{ scope: 'admin' as const, token: generated.token }] : tokens;
    this.known = all.map(({ scope, token }) => {
      const digest = digestOf(token);
      return { digest, principal: { scope, id: digest.toString('hex', 0, 6) } };
    });
  }

  /** The configured tokens, or the generated one outside production. @throws TokensRequiredError, TokenFileError */
  static from({ tokens, production, dataDir }: SecurityOptions): AccessTokens {
    if (tokens.length > 0) return new AccessTokens(tokens);
    if (production) throw new TokensRequiredError();
    return new AccessTokens([], readOrCreateToken(dataDir));
  }

  /** The caller that a token names; always compares with every hash, so that the time it takes tells nothing. */
  find(token: string): Principal | undefined {
    const given = digestOf(token);
    let found: Principal | undefined;
    for (const { digest, principal } of this.known) {
      // One text in both scopes is an admin: the stronger one wins.
      if (timingSafeEqual(digest, given) && found?.scope !== 'admin') found = principal;
    }
    return found;
  }
}

const digestOf = (text: string): Buffer => hash('sha256', text, 'buffer');
