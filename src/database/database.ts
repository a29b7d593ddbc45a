import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { DomainError } from '../common/errors/domain-error';
import { Pools } from '../pools/pools.service';
import type { ResolvedDatabaseOptions } from './database.options';
import { DatabaseStoppedError } from './database.errors';
import { runMigrations } from './migrations';

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5_000;

/**
 * Initialises the TypeORM data source and migrates its tables as soon as the database can be reached, at start or later:
 * an application starts also while its database is down.
 */
@Injectable()
export class Database implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(Database.name);
  private readonly ready = Promise.withResolvers<DataSource>();
  private readonly stopped = new AbortController();
  private running: Promise<void> = Promise.resolve();
  private upToDate = false;

  constructor(
    private readonly dataSource: DataSource,
    private readonly pools: Pools,
    private readonly options: Pick<ResolvedDatabaseOptions, 'schema' | 'synchronize' | 'entities'>,
  ) {
    this.ready.promise.catch(() => undefined); // at shutdown it may reject while no caller waits
  }

  /** Whether the tables are up to date. */
  get isReady(): boolean {
    return this.upToDate;
  }

  /** Whether the table of an entity is among those given to `DatabaseModule.forRoot`. */
  has(entity: object): boolean {
    return this.options.entities.some((given) => given === entity);
  }

  /** Resolves when the tables are up to date, however long that takes. @throws DatabaseStoppedError at shutdown */
  whenReady(): Promise<DataSource> {
    return this.ready.promise;
  }

  onApplicationBootstrap(): void {
    if (this.pools.postgres.state === 'not_configured') return;
    this.running = this.retryUntilUpToDate();
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopped.abort();
    this.ready.reject(new DatabaseStoppedError());
    await this.running;
  }

  private async retryUntilUpToDate(): Promise<void> {
    let lastProblem: string | undefined;
    for (
      let pauseMs = FIRST_PAUSE_MS;
      !this.stopped.signal.aborted;
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)
    ) {
      try {
        if (!this.dataSource.isInitialized) await this.dataSource.initialize();
        const done = await runMigrations(this.dataSource, this.options.schema);
        if (done !== undefined) {
          if (this.options.synchronize) await this.dataSource.synchronize();
          return this.becomeReady(done);
        }
      } catch (error) {
        const { message } = error as Error;
        // The same problem is logged once, not at every attempt of a long outage. The code is compared, because our messages
        // contain times.
        const problem = error instanceof DomainError ? error.code : message;
        if (problem !== lastProblem) this.logger.warn(`The tables wait for the database: ${message}`);
        lastProblem = problem;
      }
      // Jitter: copies of the service that start together must not keep trying at the same moments.
      await sleep(pauseMs * (0.5 + Math.random() / 2), undefined, { signal: this.stopped.signal, ref: false }).catch(
        () => undefined,
      );
    }
  }

  private becomeReady(done: readonly string[]): void {
    if (done.length > 0) this.logger.log(`Migrated: ${done.join(', ')}`);
    this.upToDate = true;
    this.ready.resolve(this.dataSource);
  }
}
