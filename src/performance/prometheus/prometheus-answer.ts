import { once } from 'node:events';
import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { pipeline, type Writable } from 'node:stream';
import { createGzip } from 'node:zlib';
import { Deadline } from '../../common/deadline';
import { acceptsGzip, addVary, type FrameworkResponse, nodeResponse, takeResponse } from '../../http';
import {
  type CatalogueOptions,
  type QueryOptions,
  type QueryResult,
  type QueryRun,
  type ResultShape,
  writeResult,
} from '../../monitoring/internal';

/** Characters of a list gathered before a piece of the answer is sent. */
const PIECE_LENGTH = 65_536;

type Pieces = AsyncIterable<string> | Iterable<string>;
type Send = (pieces: Pieces, run: QueryRun, warnings: readonly string[]) => Promise<void>;

/** What a request asks of how it is answered; `limit` 0: no wish. */
export interface AnswerLimits {
  readonly timeoutMs: number | undefined;
  readonly limit: number;
}

/** Runs a query for a response and sends its result piece by piece. */
export function answerQuery(
  response: FrameworkResponse,
  shape: ResultShape,
  { timeoutMs, limit }: AnswerLimits,
  ask: (options: QueryOptions) => Promise<QueryResult>,
): Promise<void> {
  return answerInPieces(response, (signal, send) =>
    ask({
      signal,
      limit,
      ...(timeoutMs !== undefined && { timeoutMs }),
      deliver: (result) => send(writeResult(result, shape), result.run, result.warnings),
    }),
  );
}

/** Sends a list of JSON texts piece by piece, between brackets such as `[]`. */
export function answerList(
  response: FrameworkResponse,
  brackets: '[]' | '{}',
  limit: number,
  list: (options: CatalogueOptions) => Promise<void>,
): Promise<void> {
  return answerInPieces(response, (signal, send) =>
    list({ signal, limit, deliver: (texts, run, warnings) => send(piecesOf(texts, brackets), run, warnings) }),
  );
}

function* piecesOf(texts: readonly string[], [open, close]: string): Iterable<string> {
  let piece = open!;
  let separator = '';
  for (const text of texts) {
    piece += separator + text;
    separator = ',';
    if (piece.length < PIECE_LENGTH) continue;
    yield piece;
    piece = '';
  }
  yield piece + close!;
}

/** What is asked for ends when the client goes away; where the client is slow, it is waited for. */
async function answerInPieces(
  answer: FrameworkResponse,
  ask: (signal: AbortSignal, send: Send) => Promise<unknown>,
): Promise<void> {
  const response = nodeResponse(answer);
  const gone = new AbortController();
  let begun = false;
  response.once('close', () => {
    if (!response.writableFinished) gone.abort();
  });
  try {
    await ask(gone.signal, async (pieces, run, warnings) => {
      begun = true;
      takeResponse(answer);
      const end = warnings.length === 0 ? '}' : `,"warnings":${JSON.stringify(warnings)}}`;
      await sendPieces(response, pieces, end, run, gone.signal);
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
async function sendPieces(
  response: ServerResponse,
  pieces: Pieces,
  end: string,
  run: QueryRun,
  gone: AbortSignal,
): Promise<void> {
  let held: string | undefined;
  let out: Writable | undefined;
  for await (const piece of pieces) {
    if (held === undefined) {
      response.setHeader('Content-Type', 'application/json; charset=utf-8');
      held = `{"status":"success","data":${piece}`;
      continue;
    }
    // The last piece is held back so that a short answer is one write with a length.
    out ??= longAnswer(response);
    if (!out.write(held)) await drained(out, gone, run.remainingMs);
    held = piece;
  }
  (out ?? response).end((held ?? '') + end);
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
function longAnswer(response: ServerResponse): Writable {
  addVary(response, 'Accept-Encoding');
  // Fastify's `inject` answers to a request that has no headers.
  const headers = response.req.headers as IncomingHttpHeaders | undefined;
  if (!acceptsGzip(headers?.['accept-encoding'])) return response;
  response.setHeader('Content-Encoding', 'gzip');
  const gzip = createGzip({ level: 1 });
  // Neither an error nor the end of the one may leave the other open.
  pipeline(gzip, response, () => gzip.destroy());
  return gzip;
}
