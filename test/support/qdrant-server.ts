import type { Schemas } from '@qdrant/js-client-rest';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Answer, HttpUpstreamServer } from './http-upstream';

interface Collection {
  readonly vectors: Schemas['VectorParams'];
  readonly points: Map<Schemas['ExtendedPointId'], Schemas['PointStruct']>;
}
type Route = (match: RegExpMatchArray, body: unknown) => unknown;

/**
 * A stand-in for Qdrant: collections, points and exact search by vector over the same wire, typed by what the client
 * generates from Qdrant's OpenAPI description. `misbehave` takes over where a test needs it to fail.
 */
export class QdrantServer {
  /** Answers instead of Qdrant when set, except readiness. */
  misbehave: Answer | undefined;
  ready = true;
  /** Keeps a request to itself when it answers true. */
  park: ((request: IncomingMessage, response: ServerResponse) => boolean) | undefined;
  private readonly collections = new Map<string, Collection>();
  private readonly routes: readonly [method: string, path: RegExp, route: Route][] = [
    ['GET', /^\/collections$/, () => ({ collections: [...this.collections.keys()].map((name) => ({ name })) })],
    ['PUT', /^\/collections\/([^/]+)$/, ([, name], body) => this.create(name!, body as Schemas['CreateCollection'])],
    ['DELETE', /^\/collections\/([^/]+)$/, ([, name]) => this.collections.delete(name!)],
    ['GET', /^\/collections\/([^/]+)\/exists$/, ([, name]) => ({ exists: this.collections.has(name!) })],
    ['PUT', /^\/collections\/([^/]+)\/points$/, ([, name], body) => this.upsert(name!, body as Schemas['PointsList'])],
    ['POST', /^\/collections\/([^/]+)\/points\/query$/, ([, name], body) => this.query(name!, body as Schemas['QueryRequest'])], // prettier-ignore
    ['POST', /^\/collections\/([^/]+)\/points\/count$/, ([, name]) => ({ count: this.collection(name!).points.size })],
    ['POST', /^\/collections\/([^/]+)\/points\/delete$/, ([, name], body) => this.delete(name!, body as Schemas['PointIdsList'])], // prettier-ignore
  ];

  private constructor(
    private readonly apiKey: string | undefined,
    private server: HttpUpstreamServer,
  ) {}

  static async start({ apiKey, port }: { apiKey?: string; port?: number } = {}): Promise<QdrantServer> {
    let standIn: QdrantServer | undefined;
    const server = await HttpUpstreamServer.start((request, response) => void standIn!.answer(request, response), port);
    standIn = new QdrantServer(apiKey, server);
    return standIn;
  }

  get url(): string {
    return this.server.url;
  }
  get port(): number {
    return this.server.port;
  }
  get requests(): number {
    return this.server.requests;
  }
  collectionNames(): string[] {
    return [...this.collections.keys()];
  }
  get connections(): number {
    return this.server.connections;
  }
  openConnections(): Promise<number> {
    return this.server.openConnections();
  }
  close(): Promise<void> {
    return this.server.close();
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url!.split('?')[0]!;
    if (path === '/readyz') return void response.writeHead(this.ready ? 200 : 503).end();
    if (this.park?.(request, response)) return;
    if (this.misbehave) return this.misbehave(request, response);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    response.setHeader('content-type', 'application/json');
    try {
      if (this.apiKey !== undefined && request.headers['api-key'] !== this.apiKey) throw new Refusal(401, 'api-key');
      const text = Buffer.concat(chunks).toString();
      const result = this.route(request.method!, path, text === '' ? undefined : JSON.parse(text));
      response.end(JSON.stringify({ result, status: 'ok', time: 0.001 }));
    } catch (error) {
      const status = error instanceof Refusal ? error.status : 500;
      response.writeHead(status).end(JSON.stringify({ status: { error: String(error) }, time: 0.001 }));
    }
  }

  private route(method: string, path: string, body: unknown): unknown {
    for (const [routeMethod, pattern, route] of this.routes) {
      const match = method === routeMethod ? path.match(pattern) : undefined;
      if (match) return route(match, body);
    }
    throw new Refusal(404, `${method} ${path} is nothing this stand-in knows`);
  }

  private collection(name: string): Collection {
    const collection = this.collections.get(name);
    if (!collection) throw new Refusal(404, `Collection ${name} doesn't exist!`);
    return collection;
  }

  private create(name: string, { vectors }: Schemas['CreateCollection']): boolean {
    if (this.collections.has(name)) throw new Refusal(409, `Collection ${name} already exists!`);
    this.collections.set(name, { vectors: vectors as Schemas['VectorParams'], points: new Map() });
    return true;
  }

  private upsert(name: string, { points }: Schemas['PointsList']): Schemas['UpdateResult'] {
    const collection = this.collection(name);
    for (const point of points) {
      if ((point.vector as number[]).length !== collection.vectors.size) throw new Refusal(400, 'Wrong vector size');
      collection.points.set(point.id, point);
    }
    return { operation_id: 1, status: 'completed' };
  }

  private delete(name: string, { points }: Schemas['PointIdsList']): Schemas['UpdateResult'] {
    for (const id of points) this.collection(name).points.delete(id);
    return { operation_id: 2, status: 'completed' };
  }

  private query(name: string, { query, limit }: Schemas['QueryRequest']): Schemas['QueryResponse'] {
    const wanted = query as number[];
    const points = [...this.collection(name).points.values()]
      .map(({ id, vector, payload }) => ({ id, version: 1, score: cosine(wanted, vector as number[]), payload }))
      .toSorted((a, b) => b.score - a.score)
      .slice(0, limit ?? 10);
    return { points };
  }
}

class Refusal extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

function cosine(one: readonly number[], other: readonly number[]): number {
  const dot = one.reduce((sum, value, index) => sum + value * other[index]!, 0);
  return dot / (Math.hypot(...one) * Math.hypot(...other));
}
