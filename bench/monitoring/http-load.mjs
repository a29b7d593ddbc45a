import { connect } from 'node:net';

const REQUEST = 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n';
const BODY = 'Hello World!';

/** Connections that stay open and send one request at a time each: cheap enough that the server is what is measured. */
export async function httpLoad(port, connections) {
  const sockets = await Promise.all(Array.from({ length: connections }, () => opened(port)));
  return {
    /** Sends that many requests and resolves when the last is answered; rejects when the server closes a connection. */
    run(requests) {
      return new Promise((resolve, reject) => {
        let sent = 0;
        let answered = 0;
        for (const socket of sockets) {
          const send = () => {
            if (sent++ < requests) socket.write(REQUEST);
          };
          socket.removeAllListeners('data').removeAllListeners('error').removeAllListeners('close');
          socket.on('data', (chunk) => {
            if (!chunk.endsWith(BODY)) return; // the rest is on its way
            if (++answered === requests) resolve();
            else send();
          });
          const closed = (cause) => reject(new Error('the server closed a connection', { cause }));
          if (socket.destroyed) closed();
          socket.once('error', closed);
          socket.once('close', () => closed());
          send();
        }
      });
    },
    close: () => sockets.forEach((socket) => socket.destroy()),
  };
}

function opened(port) {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    socket.setEncoding('latin1');
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      socket.on('error', () => socket.destroy()); // until the first run listens
      resolve(socket);
    });
  });
}
