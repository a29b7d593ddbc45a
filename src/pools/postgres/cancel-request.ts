import { Deadline } from '../../common/deadline';
import type { PgClient } from './pg-client';
import { pgPackage } from './pg-package';

const CANCEL_TIMEOUT_MS = 1_000;

/**
 * Asks the server, over a new connection, to cancel the statement that `client` is running. Resolves when the server has
 * taken the request (it closes the connection then), at the latest after one second. Never rejects.
 */
export function requestCancel(client: PgClient): Promise<void> {
  return new Promise((resolve) => {
    const { Connection } = pgPackage();
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
