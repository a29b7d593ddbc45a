import { Connection } from 'pg';
import { Deadline } from '../../common/deadline';
import type { PgClient } from './pg-client';

const CANCEL_TIMEOUT_MS = 1_000;

/**
 * Asks the server, over a connection of its own, to cancel what `client` is running. Resolves, never rejects, when the
 * server has passed the request on (it closes the connection then) or after one second.
 */
export function requestCancel(client: PgClient): Promise<void> {
  return new Promise((resolve) => {
    const request = new Connection({ ssl: client.ssl || false } as object) as unknown as CancelConnection;
    const deadline = new Deadline(CANCEL_TIMEOUT_MS, done);
    function done() {
      deadline.clear();
      request.stream.destroy();
      resolve();
    }
    request.on('error', done);
    request.on('end', done);
    request.on(client.ssl ? 'sslconnect' : 'connect', () => request.cancel(client.processID, client.secretKey));
    if (client.ssl) request.on('connect', () => request.requestSsl());
    if (client.host.startsWith('/')) request.connect(`${client.host}/.s.PGSQL.${client.port}`);
    else request.connect(client.port, client.host);
  });
}

interface CancelConnection {
  readonly stream: { destroy(): void };
  on(event: string, listener: () => void): void;
  connect(port: number | string, host?: string): void;
  requestSsl(): void;
  cancel(processId: number | null, secretKey: number | Buffer | null): void;
}
