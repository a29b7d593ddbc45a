import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';

/** Accepts connections and never sends anything; one that its client has ended is closed. */
export class SilentServer {
  private constructor(private readonly server: Server) {}

  static async start(): Promise<SilentServer> {
    const server = createServer((socket) => socket.on('error', () => undefined).resume());
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new SilentServer(server);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async openConnections(): Promise<number> {
    return await new Promise((resolve) => this.server.getConnections((_error, count) => resolve(count)));
  }

  /** Its clients have to be gone before. */
  async close(): Promise<void> {
    this.server.close();
    await once(this.server, 'close');
  }
}
