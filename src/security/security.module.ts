import { type DynamicModule, Module } from '@nestjs/common';
import { APP_GUARD, DiscoveryModule, Reflector } from '@nestjs/core';
import { getOptionsToken, getStorageToken } from '@nestjs/throttler';
import { Clock } from '../common/clock';
import { ModuleOptionsError } from '../common/settings/settings.errors';
import { CredentialsHealth } from '../http/credentials-health';
import { DeclaredInputGuard } from '../http/declared-input.guard';
import { UnroutedLimit } from '../http/unrouted-limit';
import { Pools } from '../pools/pools.service';
import { AccessTokens } from './access-tokens';
import { FailedLogins } from './failed-logins';
import { FallbackWindowStore } from './fallback-window-store';
import { JWT_TOKENS, JwtTokens } from './jwt-tokens';
import { MemoryWindowStore } from './memory-window-store';
import { RateLimitGuard, THROTTLERS } from './rate-limit.guard';
import { RateLimitStorage } from './rate-limit-storage';
import { RateLimits } from './rate-limits';
import { RedisWindowStore } from './redis-window-store';
import { RequiredAccess } from './required-access';
import { SecurityHealth } from './security-health';
import {
  resolveSecurityOptions,
  SECURITY_OPTIONS,
  type SecurityModuleOptions,
  type SecurityOptions,
} from './security.options';
import { SessionController } from './session.controller';
import { TokenGuard } from './token.guard';
import { readTokensFile, TokensFile } from './tokens-file';
import type { WindowStore } from './window-store';

const WINDOW_STORE = Symbol('WINDOW_STORE');

/**
 * Global guards in this order: the token, the rate limit, and what the route does not declare; only the last reads
 * bodies.
 */
@Module({})
export class SecurityModule {
  /**
   * Reads or makes the token file here, so that a problem ends the start before anything is opened.
   * @throws ModuleOptionsError, TokensRequiredError, TokensFileError, TokenFileError
   */
  static forRoot(given: SecurityModuleOptions): DynamicModule {
    const options = resolveSecurityOptions(given);
    refuseAnyIssuer(options.jwt);
    return {
      module: SecurityModule,
      global: true, // health reads how it is
      imports: [DiscoveryModule],
      controllers: [SessionController],
      providers: [
        { provide: SECURITY_OPTIONS, useValue: options },
        { provide: AccessTokens, useValue: accessTokens(options) },
        {
          provide: JWT_TOKENS,
          inject: [Clock],
          useFactory: (clock: Clock) => jwtTokens(options, clock),
        },
        {
          provide: TokensFile,
          inject: [AccessTokens, Clock],
          useFactory: (tokens: AccessTokens, clock: Clock) =>
            options.tokensFile === undefined ? undefined : new TokensFile(options.tokensFile, tokens, clock),
        },
        { provide: CredentialsHealth, useClass: SecurityHealth },
        {
          provide: WINDOW_STORE,
          inject: [Clock, { token: Pools, optional: true }],
          useFactory: (clock: Clock, pools?: Pools) => windowStore(options, clock, pools),
        },
        {
          provide: FailedLogins,
          inject: [WINDOW_STORE],
          useFactory: (store: WindowStore) => new FailedLogins(store, options.rateLimits),
        },
        {
          provide: RequiredAccess,
          inject: [Reflector],
          useFactory: (reflector: Reflector) => new RequiredAccess(reflector, options),
        },
        { provide: getOptionsToken(), useValue: THROTTLERS },
        {
          provide: getStorageToken(),
          inject: [WINDOW_STORE],
          useFactory: (store: WindowStore) => new RateLimitStorage(store),
        },
        RateLimits,
        { provide: UnroutedLimit, useExisting: RateLimits },
        { provide: APP_GUARD, useClass: TokenGuard },
        { provide: APP_GUARD, useClass: RateLimitGuard },
        { provide: APP_GUARD, useClass: DeclaredInputGuard },
      ],
      exports: [AccessTokens, CredentialsHealth, UnroutedLimit],
    };
  }
}

/** One issuer signs for many services, often with the same keys: without both names a token made for another one would do. */
function refuseAnyIssuer({ jwksUrl, issuer, audience }: SecurityOptions['jwt']): void {
  if (jwksUrl === undefined) return;
  const missing = Object.entries({ issuer, audience }).filter(([, value]) => value === undefined);
  if (missing.length === 0) return;
  throw new ModuleOptionsError(
    'SecurityModule.forRoot()',
    missing.map(([name]) => `jwt.${name} must be given with jwt.jwksUrl`),
  );
}

function accessTokens(options: SecurityOptions): AccessTokens {
  const tokens = AccessTokens.from(options);
  if (options.tokensFile !== undefined) tokens.replaceFile(readTokensFile(options.tokensFile));
  return tokens;
}

async function jwtTokens({ jwt }: SecurityOptions, clock: Clock): Promise<JwtTokens | undefined> {
  const { jwksUrl, issuer, audience } = jwt;
  if (jwksUrl === undefined || issuer === undefined || audience === undefined) return undefined;
  return JwtTokens.load({ ...jwt, jwksUrl, issuer, audience }, clock);
}

/** In Redis where there is one, so that all copies share the limits. */
function windowStore(options: SecurityOptions, clock: Clock, pools?: Pools): WindowStore {
  const local = new MemoryWindowStore(clock);
  const redis = pools?.redis;
  if (!redis?.configured) return local;
  const { keyPrefix, redisTimeoutMs } = options;
  return new FallbackWindowStore(new RedisWindowStore(() => redis.client, keyPrefix, redisTimeoutMs), local, clock);
}
