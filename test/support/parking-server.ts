import type { IncomingMessage, ServerResponse } from 'node:http';
import { HttpUpstreamServer } from './http-upstream';

/** Where one request waits for its answer. */
export interface ParkingSpace {
  readonly path: string;
  /** Resolves when the request is here. */
  readonly arrived: Promise<void>;
  /** Lets it be answered. */
  free(): void;
}

/** Answers at once, but for requests to a parking space, which are answered when they are told to go. */
export class ParkingServer {
  private readonly spaces = new Map<string, (response: ServerResponse) => void>();
  private next = 0;
  private server!: HttpUpstreamServer;

  static async start(): Promise<ParkingServer> {
    const parking = new ParkingServer();
    parking.server = await HttpUpstreamServer.start((request, response) => parking.answer(request, response));
    return parking;
  }

  get port(): number {
    return this.server.port;
  }

  space(): ParkingSpace {
    const path = `/parked/${this.next++}`;
    const parked = Promise.withResolvers<ServerResponse>();
    this.spaces.set(path, parked.resolve);
    return {
      path,
      arrived: parked.promise.then(() => undefined),
      free: () => void parked.promise.then((response) => response.end('freed')),
    };
  }

  /** Takes over another server's answers: true when the request was for a space. */
  answer(request: IncomingMessage, response: ServerResponse): void {
    const park = this.spaces.get(request.url!);
    if (park === undefined) return void response.end('ok');
    this.spaces.delete(request.url!);
    park(response);
  }

  close(): Promise<void> {
    return this.server.close();
  }
}
