import { PromqlBadDataError } from '../promql.errors';

/** A query that is not PromQL, or not the PromQL of Prometheus 2.42; the message begins with line and column. */
export class PromqlParseError extends PromqlBadDataError {
  constructor(query: string, position: number, problem: string) {
    const before = query.slice(0, position).split('\n');
    super(`${before.length}:${before.at(-1)!.length + 1}: parse error: ${problem}`);
  }
}
