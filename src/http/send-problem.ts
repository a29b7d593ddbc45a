import type { ServerResponse } from 'node:http';
import { answeredEarly } from './client-error-handler';
import { lingerAfter } from './linger';
import type { ProblemBody } from './problem';

/** What described the answer that does not come. */
const DESCRIPTIVE = ['Content-Encoding', 'Content-Range', 'ETag', 'Last-Modified', 'Transfer-Encoding'];

/**
 * Writes a problem document with Node's own response, whatever framework is above it. To be called before headers are
 * sent.
 */
export function sendProblem(response: ServerResponse, body: ProblemBody): void {
  for (const name of DESCRIPTIVE) response.removeHeader(name);
  const text = JSON.stringify(body);
  response.statusCode = body.status;
  response.setHeader('Cache-Control', 'no-store');
  response.setHeader('Content-Type', 'application/problem+json');
  response.setHeader('Content-Length', Buffer.byteLength(text));
  if (!response.req.complete) {
    answeredEarly(response.req);
    lingerAfter(response);
  }
  response.end(text);
}
