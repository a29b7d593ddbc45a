import { Logger } from '@nestjs/common';
import type { Clock } from '../../common/clock';
import { messageOf } from '../pools.errors';
import type { PostgresPoolOptions } from '../pools.options';
import type { PgClient } from './pg-client';
import { SlowQueries, type SlowQueriesOptions } from './slow-queries';
import { sqlComment, type SqlTagsFunction, takesComment, traceOfRequest } from './sql-comment';
import { StatementFigures, type StatementsStats } from './statement-figures';
import { StatementWatch } from './statement-watch';

const MAX_STATEMENTS = 500;
const SLOW_QUERY_INTERVAL_MS = 60_000;

/** What one pool sees of its statements, and what it tells the server of who sends them. */
export class StatementObservation {
  private readonly figures: StatementFigures;
  private readonly slow: SlowQueries | undefined;
  private readonly tags: SqlTagsFunction | undefined;
  private hasWarned = false;

  constructor(
    pool: string,
    options: PostgresPoolOptions,
    clock: Clock,
    explain: NonNullable<SlowQueriesOptions['explain']>,
  ) {
    const { slowQueryMs, slowQueryIntervalMs = SLOW_QUERY_INTERVAL_MS, slowQueryPlans = true, sqlComments } = options;
    this.figures = new StatementFigures(options.maxStatements ?? MAX_STATEMENTS, clock);
    if (slowQueryMs !== undefined) {
      this.slow = new SlowQueries({
        pool,
        thresholdMs: slowQueryMs,
        intervalMs: slowQueryIntervalMs,
        explain: slowQueryPlans ? explain : undefined,
      });
    }
    this.tags = typeof sqlComments === 'function' ? sqlComments : sqlComments ? traceOfRequest : undefined;
  }

  /** To be called before the client connects. */
  watch(client: PgClient): StatementWatch {
    return new StatementWatch(client, this.figures, this.slow);
  }

  /** The comment for a statement that the running code sends; empty where it gets none. */
  commentFor(text: string): string {
    if (this.tags === undefined || !takesComment(text)) return '';
    try {
      return sqlComment(this.tags());
    } catch (error) {
      // A statement must not fail because of what is only said of it.
      if (!this.hasWarned) new Logger('Pools').warn(`sqlComments failed, so statements have none: ${messageOf(error)}`);
      this.hasWarned = true;
      return '';
    }
  }

  stats(): StatementsStats {
    return this.figures.stats();
  }
}
