import { Logger } from '@nestjs/common';
import type { Logger as TypeOrmLogger } from 'typeorm';

/** TypeORM's messages in the log of Nest; failed queries only at debug level, because their callers get the errors. */
export class TypeOrmLog implements TypeOrmLogger {
  private readonly logger = new Logger('TypeORM');

  constructor(private readonly statements: boolean) {}

  logQuery(query: string): void {
    if (this.statements) this.logger.debug(query);
  }
  logQueryError(error: string | Error, query: string): void {
    this.logger.debug(`${error instanceof Error ? error.message : error}: ${query}`);
  }
  logQuerySlow(time: number, query: string): void {
    this.logger.warn(`A query took ${time} ms: ${query}`);
  }
  logSchemaBuild(message: string): void {
    this.logger.debug(message);
  }
  logMigration(message: string): void {
    this.logger.log(message);
  }
  log(level: 'log' | 'info' | 'warn', message: unknown): void {
    if (level === 'warn') this.logger.warn(message);
    else this.logger.debug(message);
  }
}
