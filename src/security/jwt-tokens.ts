import { Logger, type OnApplicationShutdown } from '@nestjs/common';
import type { createRemoteJWKSet, JWTPayload } from 'jose';
import type { Clock } from '../common/clock';
import { FailureLog, type LastingFailure } from '../common/log/failure-log';
import type { Principal } from '../http/access.decorator';
import { JwksUnavailableError, JwtPackageError } from './security.errors';

/** Provider of the checker of JSON Web Tokens; `undefined` where none are taken. */
export const JWT_TOKENS = Symbol('JWT_TOKENS');

export interface JwtOptions {
  /** Where the keys of the issuer are, as a JSON Web Key Set. */
  readonly jwksUrl: string;
  readonly issuer: string;
  readonly audience: string;
  /** The claim that holds the scopes, a text with blanks or an array. */
  readonly scopeClaim: string;
  readonly readScope: string;
  readonly adminScope: string;
}

/** Signed by a key pair: a secret that the service shares with the issuer is none. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];
const FETCH_TIMEOUT_MS = 3_000;
const CLOCK_TOLERANCE_SECONDS = 30;
/** What may be wrong with the service's way to the keys, and not with the token. */
const KEYS_UNAVAILABLE = new Set(['ERR_JWKS_TIMEOUT', 'ERR_JWKS_INVALID', 'ERR_JOSE_GENERIC']);
/** How often (ms) keys that could not be had are asked for, whether or not a token needs them meanwhile. */
const RETRY_MS = 5_000;

/** Checks JSON Web Tokens against the keys that their issuer publishes. */
export class JwtTokens implements OnApplicationShutdown {
  private readonly failures: FailureLog;
  private keys: ReturnType<typeof createRemoteJWKSet> | undefined;
  private retry: NodeJS.Timeout | undefined;
  private ended = false;

  private constructor(
    private readonly jose: typeof import('jose'),
    private readonly options: JwtOptions,
    clock: Clock,
  ) {
    this.failures = new FailureLog(new Logger('Security'), clock, 'The keys for JWTs are there again');
  }

  /** @throws JwtPackageError without the package `jose` */
  static async load(options: JwtOptions, clock: Clock): Promise<JwtTokens> {
    try {
      return new JwtTokens(await import('jose'), options, clock);
    } catch (error) {
      throw new JwtPackageError(error);
    }
  }

  onApplicationShutdown(): void {
    this.ended = true;
    clearTimeout(this.retry);
  }

  /** Since when the keys cannot be had, and why; `undefined` while they can. */
  get failure(): LastingFailure | undefined {
    return this.failures.current;
  }

  /** Whether the text looks like one. */
  static isJwt(token: string): boolean {
    return token.startsWith('eyJ') && token.split('.', 4).length === 3;
  }

  /** The caller that a token names; `undefined` for one that is not valid here. @throws JwksUnavailableError */
  async verify(token: string): Promise<Principal | 'expired' | undefined> {
    const { jwtVerify, createRemoteJWKSet } = this.jose;
    const { jwksUrl, issuer, audience } = this.options;
    this.keys ??= createRemoteJWKSet(new URL(jwksUrl), { timeoutDuration: FETCH_TIMEOUT_MS });
    try {
      const { payload } = await jwtVerify(token, this.keys, {
        algorithms: ALGORITHMS,
        clockTolerance: CLOCK_TOLERANCE_SECONDS,
        requiredClaims: ['exp'],
        issuer,
        audience,
      });
      this.failures.succeeded();
      return this.principalOf(payload);
    } catch (error) {
      const { code } = error as { readonly code?: string };
      if (code === 'ERR_JWT_EXPIRED') return 'expired';
      if (code !== undefined && !KEYS_UNAVAILABLE.has(code)) return undefined;
      this.failed(error);
      throw new JwksUnavailableError(error);
    }
  }

  /** Tells it, and asks again by itself, so that the end is known as well. */
  private failed(error: unknown): void {
    this.failures.failed(`The keys for JWTs cannot be had from ${new URL(this.options.jwksUrl).origin}`, error);
    if (this.ended) return;
    this.retry ??= setTimeout(() => {
      this.retry = undefined;
      this.keys!.reload().then(
        () => this.failures.succeeded(),
        (again: unknown) => this.failed(again),
      );
    }, RETRY_MS).unref();
  }

  private principalOf(payload: JWTPayload): Principal | undefined {
    const { scopeClaim, readScope, adminScope } = this.options;
    const claim = payload[scopeClaim];
    const scopes = typeof claim === 'string' ? claim.split(' ') : Array.isArray(claim) ? claim : [];
    const scope = scopes.includes(adminScope) ? 'admin' : scopes.includes(readScope) ? 'read' : undefined;
    if (scope === undefined) return undefined;
    const name = (payload.sub ?? 'jwt').slice(0, 64);
    return { scope, id: `jwt:${name}`, name };
  }
}
