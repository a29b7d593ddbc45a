import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { currentRequest, enterRequest } from '../common/request-context';
import { guardEmitter } from './guarded-emitter';
import { HttpContext } from './http-context';
import { httpRequests, traceRequest } from './http-tracing';
import { requestFailed } from './request-failure';

/** Node's own channel: it comes before any code of a framework or an application. */
const REQUEST_START = 'http.server.request.start';

interface ServerMessage {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly socket: Socket;
  readonly server: Server;
}

const known = new WeakSet<Server>();
const listening = new Set<Server>();

/**
 * While `server` listens, no error of one of its requests ends the process: thrown in a listener, a timer or a
 * callback, or a promise that nobody awaits, it is logged, counted and answered with 500. Errors that belong to no
 * request end the process as before.
 */
export function catchRequestErrors(server: Server): void {
  if (known.has(server)) return;
  known.add(server);
  server.on('listening', () => add(server));
  server.on('close', () => remove(server));
  if (server.listening) add(server);
}

function add(server: Server): void {
  if (listening.size === 0) {
    subscribe(REQUEST_START, onRequestStart);
    process.on('uncaughtException', onUncaughtException);
  }
  listening.add(server);
}

function remove(server: Server): void {
  if (!listening.delete(server) || listening.size > 0) return;
  stop();
}

function stop(): void {
  unsubscribe(REQUEST_START, onRequestStart);
  process.off('uncaughtException', onUncaughtException);
}

function onRequestStart(message: unknown): void {
  const { request, response, socket, server } = message as ServerMessage;
  if (!listening.has(server)) return;
  const context = new HttpContext(server, request, response);
  for (const emitter of [request, response, socket]) guardEmitter(emitter, context);
  if (httpRequests.hasSubscribers) traceRequest(context, request, response);
  enterRequest(context);
}

/** Node also calls it for a rejected promise that has no handler, unless the application listens for those itself. */
function onUncaughtException(error: unknown, origin: NodeJS.UncaughtExceptionOrigin): void {
  const context = currentRequest();
  if (context instanceof HttpContext) {
    requestFailed(context, origin === 'unhandledRejection' ? 'rejection' : 'exception', error);
  } else if (process.listenerCount('uncaughtException') === 1) {
    // Nobody else decides what becomes of it: without us Node does what it always does.
    stop();
    process.nextTick(() => {
      throw error;
    });
  }
}
