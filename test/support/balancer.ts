import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';

/** Sends each request to the next of several servers; one that cannot be connected to is left out for that request. */
export class Balancer {
  private next = 0;

  private constructor(
    private readonly server: ReturnType<typeof createServer>,
    readonly targets: string[],
  ) {}

  static async start(targets: readonly string[]): Promise<Balancer> {
    const server = createServer();
    const balancer = new Balancer(server, [...targets]);
    server.on('request', (incoming: IncomingMessage, outgoing: ServerResponse) => balancer.forward(incoming, outgoing));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return balancer;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private forward(incoming: IncomingMessage, outgoing: ServerResponse): void {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => this.send(incoming, Buffer.concat(chunks), outgoing, this.targets.length));
  }

  private send(incoming: IncomingMessage, body: Buffer, outgoing: ServerResponse, tries: number): void {
    const target = this.targets[this.next++ % this.targets.length]!;
    const { method, headers } = incoming;
    const sent = request(`${target}${incoming.url}`, { method, headers, agent: false }, (answer) => {
      outgoing.writeHead(answer.statusCode!, answer.headers);
      answer.pipe(outgoing);
    });
    sent.on('error', () => {
      if (tries > 1) this.send(incoming, body, outgoing, tries - 1);
      else outgoing.writeHead(502).end();
    });
    sent.end(body);
  }
}
