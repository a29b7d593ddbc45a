import { once } from 'node:events';
import { pipeline, type Writable } from 'node:stream';
import { createGzip } from 'node:zlib';
import type { Response } from 'express';
import { Deadline } from '../../common/deadline';
import { type QueryOptions, type QueryResult, type ResultShape, writeResult } from '../../monitoring/internal';

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
  let begun = false;
  response.once('close', () => {
    if (!response.writableFinished) gone.abort();
  });
  try {
    await ask({
      signal: gone.signal,
      ...(timeoutMs !== undefined && { timeoutMs }),
      deliver: async (result) => {
        begun = true;
        await send(response, result, shape, gone.signal);
      },
    });
  } catch (error) {
    // The client has gone: there is no connection to send the error on.
    if (gone.signal.aborted) return;
    if (!begun) throw error;
    // Half an answer must not look like a whole one, and none may follow in another encoding.
    response.destroy();
  }
}

/** A client that does not read is waited for as long as the query may take: its result is held meanwhile. */
async function send(response: Response, result: QueryResult, shape: ResultShape, gone: AbortSignal): Promise<void> {
  let held: string | undefined;
  let out: Writable | undefined;
  for await (const piece of writeResult(result, shape)) {
    if (held === undefined) {
      response.setHeader('Content-Type', 'application/json; charset=utf-8');
      held = `{"status":"success","data":${piece}`;
      continue;
    }
    // The last piece is held back so that a short answer is one write with a length.
    out ??= longAnswer(response);
    if (!out.write(held)) await drained(out, gone, result.run.remainingMs);
    held = piece;
  }
  (out ?? response).end(`${held ?? ''}}`);
}

/**
 * With a timer that is cleared: one of `AbortSignal.timeout` would keep two signals for the rest of each query's time.
 */
async function drained(out: Writable, gone: AbortSignal, timeoutMs: number): Promise<void> {
  const late = new AbortController();
  const deadline = new Deadline(timeoutMs, () => late.abort());
  try {
    await once(out, 'drain', { signal: AbortSignal.any([gone, late.signal]) });
  } finally {
    deadline.clear();
  }
}

/** A long answer is compressed where the client takes it, as little as helps: it happens off the event loop. */
function longAnswer(response: Response): Writable {
  response.vary('Accept-Encoding');
  if (response.req.acceptsEncodings('gzip') !== 'gzip') return response;
  response.setHeader('Content-Encoding', 'gzip');
  const gzip = createGzip({ level: 1 });
  // Neither an error nor the end of the one may leave the other open.
  pipeline(gzip, response, () => gzip.destroy());
  return gzip;
}
