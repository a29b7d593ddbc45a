import { Inject, Injectable, type OnModuleInit, Optional } from '@nestjs/common';
import type { LastingFailure } from '../common/log/failure-log';
import { CredentialsHealth } from '../http/credentials-health';
import { MetricsRegistry } from '../monitoring/registry/metrics-registry';
import { JWT_TOKENS, type JwtTokens } from './jwt-tokens';
import { TokensFile } from './tokens-file';

/** Whether tokens can be read and checked, for the health and as a metric. */
@Injectable()
export class SecurityHealth extends CredentialsHealth implements OnModuleInit {
  constructor(
    @Inject(TokensFile) private readonly file: TokensFile | undefined,
    @Inject(JWT_TOKENS) private readonly jwts: JwtTokens | undefined,
    @Optional() private readonly metrics?: MetricsRegistry,
  ) {
    super();
  }

  onModuleInit(): void {
    this.metrics?.gauge(
      {
        name: 'security_tokens_failing_seconds',
        help: 'For how long tokens could not be had from where they come from; 0 while they can',
        unit: 'seconds',
        labelNames: ['source'],
      },
      (emit) => {
        if (this.file !== undefined) emit(secondsOf(this.file.failure), 'file');
        if (this.jwts !== undefined) emit(secondsOf(this.jwts.failure), 'jwks');
      },
    );
  }

  problem(): string | undefined {
    const [file, jwks] = [this.file?.failure, this.jwts?.failure];
    const problems = [
      ...(file === undefined
        ? []
        : [`since ${since(file)} the tokens that were read before are in force: ${file.reason} Mend it or its rights`]),
      ...(jwks === undefined
        ? []
        : [
            `since ${since(jwks)} the keys for JSON Web Tokens cannot be had (${jwks.reason}): look after JWT_JWKS_URL and its issuer`,
          ]),
    ];
    return problems.length === 0 ? undefined : problems.join('; ');
  }
}

const secondsOf = (failure: LastingFailure | undefined): number => (failure?.lastsMs ?? 0) / 1_000;
const since = ({ sinceMs }: LastingFailure): string => new Date(sinceMs).toISOString();
