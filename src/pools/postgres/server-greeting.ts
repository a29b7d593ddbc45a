import { connect } from 'node:net';

/** SSLRequest of the protocol: the server answers with one byte before it knows user or database. */
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]);

/** Where a server listens: a host name, or with a leading slash the folder of its socket. */
export interface PostgresAddress {
  readonly host: string;
  readonly port: number;
}

/**
 * Asks whether anything at this address speaks PostgreSQL's protocol, without taking one of its connections: it is asked
 * what can be asked before a session begins. Rejects when it does not answer before the signal fires.
 */
export function greet({ host, port }: PostgresAddress, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = host.startsWith('/')
      ? connect({ path: `${host}/.s.PGSQL.${port}`, signal })
      : connect({ host, port, signal });
    socket.once('connect', () => socket.write(SSL_REQUEST));
    socket.once('data', () => {
      resolve();
      socket.destroy();
    });
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('The server closed the connection before it answered')));
  });
}
