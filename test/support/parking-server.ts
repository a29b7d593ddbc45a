import type { IncomingMessage, ServerResponse } from 'node:http';
import { HttpUpstreamServer } from './http-upstream';

/** Where one request waits for its answer. */
export interface ParkingSpace {
  /** Part of the path of a request for it. */
  readonly name: string;
  /** Resolves when the request is here. */
  readonly arrived: Promise<void>;
  /** Lets it be answered. */
  free(): void;
}

/** Answers at once, but for requests to a parking space, which are answered when the test lets them go. */
export class ParkingServer {
  private readonly spaces = new Map<string, (response: ServerResponse) => void>();
  private next = 0;
  private server!: HttpUpstreamServer;

  static async start(): Promise<ParkingServer> {
    const parking = new ParkingServer();
    parking.server = await HttpUpstreamServer.start((request, response) => {
      if (!parking.park(request, response)) response.end('ok');
    });
    return parking;
  }

  get port(): number {
    return this.server.port;
  }

  space(): ParkingSpace {
    const name = `parked-${this.next++}`;
    const parked = Promise.withResolvers<ServerResponse>();
    this.spaces.set(name, parked.resolve);
    return {
      name,
      arrived: parked.promise.then(() => undefined),
      free: () => void parked.promise.then((response) => answer(response)),
    };
  }

  /** Keeps a request that is for a space, also when it reached another server; false when it is not for one. */
  park(request: IncomingMessage, response: ServerResponse): boolean {
    const name = request.url!.match(/parked-\d+/)?.[0] ?? '';
    const keep = this.spaces.get(name);
    if (keep === undefined) return false;
    this.spaces.delete(name);
    keep(response);
    return true;
  }

  close(): Promise<void> {
    return this.server.close();
  }
}

/** An answer that Qdrant's client can read, too. */
function answer(response: ServerResponse): void {
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ result: { exists: true }, status: 'ok', time: 0 }));
}
