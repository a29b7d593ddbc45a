import { randomUUID } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { ErrorDefinition } from '../common/errors/error-definition';
import { HEADERS_TOO_LARGE, REQUEST_REFUSED, REQUEST_TIMEOUT } from './http.errors';
import { problemBody } from './problem';

const BY_NODE_CODE: Readonly<Record<string, ErrorDefinition>> = {
  HPE_HEADER_OVERFLOW: HEADERS_TOO_LARGE,
  ERR_HTTP_REQUEST_TIMEOUT: REQUEST_TIMEOUT,
};

/** Per connection the request that was answered before its body had arrived. */
const early = new WeakMap<Duplex, IncomingMessage>();

/** Remembers that a request needs no second answer, should the rest of its body be late or wrong. */
export function answeredEarly(request: IncomingMessage): void {
  // Node takes the socket away from a request that was destroyed.
  const socket = request.socket as Duplex | null;
  if (socket) early.set(socket, request);
}

/** Answers what Node's parser refused before there was a request: too slow, too large, not HTTP. */
export function clientErrorHandler(instance: string | undefined) {
  const from = instance === undefined ? '' : `X-Instance: ${instance}\r\n`;
  return (error: NodeJS.ErrnoException, socket: Duplex) => answerClientError(error, socket, from);
}

function answerClientError(error: NodeJS.ErrnoException, socket: Duplex, from: string): void {
  if (!socket.writable || error.code === 'ECONNRESET' || early.get(socket)?.complete === false) {
    socket.destroy();
    return;
  }
  const definition = BY_NODE_CODE[error.code ?? ''] ?? REQUEST_REFUSED;
  const { status } = definition;
  const requestId = randomUUID();
  const body = JSON.stringify(problemBody({ definition }, { requestId }));
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nX-Request-Id: ${requestId}\r\n${from}` +
      `Content-Type: application/problem+json\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}
