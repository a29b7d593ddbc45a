import { Logger } from '@nestjs/common';
import { runInRequest } from '../common/request-context';
import {
  type UnhandledOrigin,
  type UnhandledRequestError,
  unhandledRequestErrors,
} from '../common/unhandled-request-errors';
import type { HttpContext } from './http-context';
import { INTERNAL } from './http.errors';
import { problemBody } from './problem';
import { pathOf } from './request-path';
import { sendProblem } from './send-problem';

const logger = new Logger('Http');

/**
 * What happens to an error that no code of its request handled: it is logged under the request's id, counted, and
 * answered with 500. An answer that has begun is cut off, so that nobody takes it for a whole one. Never throws.
 */
export function requestFailed(context: HttpContext, origin: UnhandledOrigin, error: unknown): void {
  try {
    // The id also in the text: the logger of another application does not know the context.
    runInRequest(context, () => logger.error(`Request ${context.id}: no code handled this (${origin})`, error));
    countUnhandled(context, origin, error);
    answer(context);
  } catch (failure) {
    process.stderr.write(`An error of request ${context.id} was not answered: ${String(failure)}; ${String(error)}\n`);
  }
}

/** Publishes it for the metric; logging and answering are the caller's. */
export function countUnhandled({ server }: HttpContext, origin: UnhandledOrigin, error: unknown): void {
  const message: UnhandledRequestError = { server, origin, error };
  unhandledRequestErrors.publish(message);
}

function answer({ id, response }: HttpContext): void {
  if (response === undefined || response.writableEnded || response.destroyed) return;
  if (response.headersSent) {
    response.destroy();
    return;
  }
  // What was interrupted may have left the connection in any state.
  response.setHeader('Connection', 'close');
  sendProblem(response, problemBody({ definition: INTERNAL }, { instance: pathOf(response.req), requestId: id }));
}
