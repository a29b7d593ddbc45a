import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** An HTTP server that answers as a test wants it to, however wrong. */
export class HttpUpstreamServer {
  /** Connections accepted so far. */
  connections = 0;
  requests = 0;

  private constructor(private readonly server: Server) {}

  static async start(answer: Answer, port = 0): Promise<HttpUpstreamServer> {
    const server = createServer((request, response) => {
      upstream.requests++;
      response.on('error', () => undefined);
      answer(request, response);
    });
    const upstream = new HttpUpstreamServer(server);
    server.on('connection', (socket) => {
      upstream.connections++;
      socket.on('error', () => undefined);
    });
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return upstream;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async openConnections(): Promise<number> {
    return await new Promise((resolve) => this.server.getConnections((_error, count) => resolve(count)));
  }

  async close(): Promise<void> {
    if (!this.server.listening) return;
    this.server.close();
    this.server.closeAllConnections();
    await once(this.server, 'close');
  }
}
