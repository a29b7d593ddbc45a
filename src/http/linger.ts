import type { ServerResponse } from 'node:http';
import { Deadline } from '../common/deadline';

const LINGER_MS = 5_000;

/**
 * Lets a connection that ends with this answer take the rest of the request's body first, for at most five seconds.
 * Node would close it at once; the client's next bytes would then meet a reset, and a client that reads only when it has
 * sent everything would never see the answer.
 */
export function lingerAfter({ req: request, socket }: ServerResponse): void {
  // A framework's own imitation of a connection, for tests without a network, has nothing to wait for.
  if (typeof socket?.destroySoon !== 'function') return;
  const destroySoon = socket.destroySoon.bind(socket);
  socket.destroySoon = () => {
    if (request.complete) return destroySoon();
    const deadline = new Deadline(LINGER_MS, () => socket.destroy()).unref();
    socket.once('close', () => deadline.clear());
    request.once('end', destroySoon).resume();
    socket.end(); // the answer is complete: the client need not wait for more
  };
}
