import type { Socket } from 'node:net';
import type { buildConnector } from 'undici';
import type { HttpProxy } from './http-proxy';
import { undiciPackage } from './undici-package';

/** What can be given up while it is being opened. */
export interface Opening {
  destroy(error: Error): unknown;
}

type Done = (error: Error | null, socket: Socket | null) => void;

/**
 * Connects through a proxy: for a server without TLS to the proxy itself, which forwards its requests; else by a tunnel
 * (RFC 9110, 9.3.6), in which `secure` makes the TLS with the server.
 */
export function connectThrough(
  proxy: HttpProxy,
  target: buildConnector.Options,
  {
    plain,
    secure,
    timeoutMs,
  }: { plain: buildConnector.connector; secure: buildConnector.connector; timeoutMs: number },
  done: Done,
): Opening {
  const { hostname, port, protocol, origin } = proxy;
  const failed = (error: Error): void =>
    done(new Error(`the proxy ${origin}: ${error.message}`, { cause: error }), null);
  if (target.protocol !== 'https:') {
    const toProxy = { ...target, hostname, host: hostname, port, protocol };
    return plain(toProxy, ((error: Error | null, socket: Socket | null) => {
      if (error) failed(error);
      else done(null, socket);
    }) as buildConnector.Callback) as unknown as Opening;
  }
  const givenUp = new AbortController();
  const signal = AbortSignal.any([givenUp.signal, AbortSignal.timeout(timeoutMs)]);
  const { Client } = undiciPackage();
  const client = new Client(origin, { connect: plain, headersTimeout: timeoutMs });
  const path = `${target.hostname}:${target.port || 443}`;
  client.connect({ path, headers: { host: path, ...proxy.headers }, signal }).then(
    ({ statusCode, socket }) => {
      void client.destroy();
      if (statusCode >= 200 && statusCode < 300) {
        return secure({ ...target, httpSocket: socket as Socket }, done as buildConnector.Callback);
      }
      socket.destroy();
      failed(new Error(`it answered CONNECT with ${statusCode}`));
    },
    (error: Error) => {
      void client.destroy();
      failed(error);
    },
  );
  return { destroy: (error) => givenUp.abort(error) };
}
