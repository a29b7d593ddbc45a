import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import type { Clock } from '../common/clock';
import { FailureLog, type LastingFailure } from '../common/log/failure-log';
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
 * that cannot be read leaves those before in force; log, health and metrics say so until it can.
 */
export class TokensFile implements OnModuleInit, OnApplicationShutdown {
  private readonly logger = new Logger('Security');
  private readonly failures: FailureLog;
  private timer: NodeJS.Timeout | undefined;
  private text: string | undefined;

  constructor(
    private readonly path: string,
    private readonly tokens: AccessTokens,
    clock: Clock,
  ) {
    this.failures = new FailureLog(this.logger, clock, `The file of tokens ${path} can be used again`);
  }

  /** Before any request: what has changed since the start read it is not missed. */
  async onModuleInit(): Promise<void> {
    await this.look();
    // By reading, not by events: Kubernetes replaces a mounted secret by changing a link two folders up, and a file whose
    // rights were mended is no event either.
    this.timer = setInterval(() => void this.look(), LOOK_INTERVAL_MS).unref();
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  /** Since when the file cannot be used, and why; `undefined` while it can. */
  get failure(): LastingFailure | undefined {
    return this.failures.current;
  }

  private async look(): Promise<void> {
    try {
      const text = await readFile(this.path, 'utf8');
      if (text !== this.text) this.take(text);
      this.failures.succeeded();
    } catch (error) {
      this.text = undefined;
      const { message } = new TokensFileError(this.path, error);
      this.failures.failed('The tokens before stay in force', message);
    }
    this.tokens.warnOfExpired(this.logger);
  }

  private take(text: string): void {
    const tokens = tokensIn(text);
    this.tokens.replaceFile(tokens);
    this.text = text;
    this.logger.log(`${this.path} has ${tokens.length} tokens now`);
  }
}
