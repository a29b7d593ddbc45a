import { once } from 'node:events';
import type { Response } from 'express';
import { type ResultShape, writeResult } from '../monitoring/promql/format/result.writer';
import type { QueryOptions, QueryResult } from '../monitoring/promql/promql.engine';

/**
 * Runs a query for a response and sends its result piece by piece, waiting for the client where it is slower.
 * The query ends when the client goes away.
 */
export async function answerQuery(
  response: Response,
  shape: ResultShape,
  timeoutMs: number | undefined,
  ask: (options: QueryOptions) => Promise<QueryResult>,
): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const result = await ask({ signal: gone.signal, ...(timeoutMs !== undefined && { timeoutMs }) });
  let pieces = 0;
  let held = '{"status":"success","data":';
  for await (const piece of writeResult(result, shape)) {
    if (pieces++ === 0) {
      response.setHeader('Content-Type', 'application/json; charset=utf-8');
      held += piece;
      continue;
    }
    // The first piece is held back so that a short answer is one write with a length.
    if (!response.write(held) && !gone.signal.aborted) await once(response, 'drain', { signal: gone.signal });
    held = piece;
  }
  response.end(`${held}}`);
}
