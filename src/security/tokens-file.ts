import { readFileSync, unwatchFile, watchFile } from 'node:fs';
import { Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { AccessTokens } from './access-tokens';
import { type ApiToken, tokensIn } from './api-token';
import { TokensFileError } from './security.errors';

/** How often the file is looked at (ms). */
const LOOK_INTERVAL_MS = 2_000;

/** The tokens of the file. @throws TokensFileError */
export function readTokensFile(path: string): ApiToken[] {
  try {
    return tokensIn(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new TokensFileError(path, error);
  }
}

/**
 * Takes the tokens of the file anew within two seconds of each change, so that they are rotated without a restart. A file
 * that cannot be read leaves those before in force, and is said once.
 */
export class TokensFile implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('Security');
  private problem: string | undefined;

  constructor(
    private readonly path: string,
    private readonly tokens: AccessTokens,
  ) {}

  onApplicationBootstrap(): void {
    // By looking, not by events: Kubernetes replaces a mounted secret by changing a link two folders up.
    watchFile(this.path, { interval: LOOK_INTERVAL_MS, persistent: false }, this.reload);
    this.tokens.warnOfExpired(this.logger);
  }

  onApplicationShutdown(): void {
    unwatchFile(this.path, this.reload);
  }

  private readonly reload = (): void => {
    try {
      const tokens = readTokensFile(this.path);
      this.tokens.replaceFile(tokens);
      this.problem = undefined;
      this.logger.log(`${this.path} has ${tokens.length} tokens now`);
      this.tokens.warnOfExpired(this.logger);
    } catch (error) {
      const { message } = error as TokensFileError;
      if (message !== this.problem) this.logger.warn(`${message} The tokens before stay in force.`);
      this.problem = message;
    }
  };
}
