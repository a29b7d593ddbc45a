import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { DomainError } from '../common/errors/domain-error';
import { Pools } from '../pools/pools.service';
import { DatabaseStoppedError } from './database.errors';
import { runMigrations } from './migrations';

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5_000;

/**
 * Brings the TypeORM data source up and its tables up to date as soon as the database can be reached, at start or any
 * time later: a database that is down stops nobody from starting.
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
  ) {
    this.ready.promise.catch(() => undefined); // nobody may be waiting when the service ends
  }

  /** Whether the tables are there. */
  get isReady(): boolean {
    return this.upToDate;
  }

  /** Resolves once the tables are there, however long that takes. @throws DatabaseStoppedError at shutdown */
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
        const done = await runMigrations(this.dataSource);
        if (done !== undefined) return this.becomeReady(done);
      } catch (error) {
        const { message } = error as Error;
        // The same trouble is told once, not at every attempt of a long outage; ours name moments in their messages.
        const problem = error instanceof DomainError ? error.code : message;
        if (problem !== lastProblem) this.logger.warn(`The tables wait for the database: ${message}`);
        lastProblem = problem;
      }
      // Jitter: copies that start together do not try together for ever.
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
