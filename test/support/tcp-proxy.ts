import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** How the proxy treats a connection. `stall`: open and silent, both ways. `close`: accepted, then closed at once. */
export type TcpBehaviour = 'forward' | 'stall' | 'close';

interface Link {
  readonly client: Socket;
  readonly server: Socket;
}

/**
 * Stands between a client and a real server and misbehaves as networks do: cuts, stalls, closes what it has just
 * accepted, delays every chunk, or carries few bytes a second.
 */
export class TcpProxy {
  private readonly links = new Set<Link>();
  private behaviour: TcpBehaviour = 'forward';
  private delayMs = 0;
  private bytesPerSecond = Number.POSITIVE_INFINITY;
  private server: Server | undefined;
  private listeningPort = 0;
  /** Connections accepted so far. */
  accepted = 0;

  private constructor(private target: { readonly host: string; readonly port: number }) {}

  static async start(targetPort: number, targetHost = '127.0.0.1'): Promise<TcpProxy> {
    const proxy = new TcpProxy({ host: targetHost, port: targetPort });
    await proxy.listen();
    return proxy;
  }

  get port(): number {
    return this.listeningPort;
  }

  get connections(): number {
    return this.links.size;
  }

  /** New connections go to another server; existing ones stay where they are, as after a failover. */
  leadTo(port: number): void {
    this.target = { ...this.target, port };
  }

  /** Resets every connection; new ones are treated as before. */
  cut(): void {
    for (const link of this.links) {
      link.client.resetAndDestroy();
      link.server.destroy();
    }
  }

  /** Existing and new connections stay open and carry nothing until `forward`. */
  stall(): void {
    this.behaviour = 'stall';
    for (const { client, server } of this.links) {
      client.pause();
      server.pause();
    }
  }

  /** New connections are accepted and closed at once; existing ones go on. */
  closeNew(): void {
    this.behaviour = 'close';
  }

  /** Every chunk arrives `delayMs` later, in both directions, on new connections. */
  slow(delayMs: number): void {
    this.delayMs = delayMs;
  }

  /** From now on each connection carries so many bytes a second in each direction. */
  throttle(bytesPerSecond: number): void {
    this.bytesPerSecond = bytesPerSecond;
  }

  /** Behaves again; what was stalled flows on. */
  forward(): void {
    this.behaviour = 'forward';
    this.delayMs = 0;
    this.bytesPerSecond = Number.POSITIVE_INFINITY;
    for (const { client, server } of this.links) {
      client.resume();
      server.resume();
    }
  }

  /** Refuses connections, as a machine without the service does, until `listen`. */
  async refuse(): Promise<void> {
    const closed = this.server && once(this.server, 'close');
    this.server?.close();
    this.cut();
    await closed;
    this.server = undefined;
  }

  /** Listens (again, on the same port). */
  async listen(): Promise<void> {
    this.server = createServer({ pauseOnConnect: true }, (client) => this.accept(client));
    this.server.listen(this.listeningPort, '127.0.0.1');
    await once(this.server, 'listening');
    this.listeningPort = (this.server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    if (this.server) await this.refuse();
  }

  private accept(client: Socket): void {
    this.accepted++;
    client.on('error', () => undefined);
    if (this.behaviour === 'close') {
      client.destroy();
      return;
    }
    const server = connect(this.target.port, this.target.host);
    const link = { client, server };
    this.links.add(link);
    server.on('error', () => client.destroy());
    server.on('close', () => client.destroy());
    client.on('close', () => {
      server.destroy();
      this.links.delete(link);
    });
    this.carry(client, server);
    this.carry(server, client);
    if (this.behaviour === 'stall') server.pause();
    else client.resume();
  }

  private carry(from: Socket, to: Socket): void {
    const { delayMs } = this;
    from.on('data', (chunk) => {
      if (this.bytesPerSecond !== Number.POSITIVE_INFINITY) {
        from.pause();
        const carried = (): void => {
          if (to.writable) to.write(chunk);
          from.resume();
        };
        setTimeout(carried, (chunk.length / this.bytesPerSecond) * 1_000);
      } else if (delayMs === 0) to.write(chunk);
      else setTimeout(() => to.writable && to.write(chunk), delayMs);
    });
    from.on('end', () => to.end());
    // `data` listeners start the flow; a connection accepted while stalled must stay silent.
    if (this.behaviour === 'stall') from.pause();
  }
}
