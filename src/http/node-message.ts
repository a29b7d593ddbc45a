import type { IncomingMessage, ServerResponse } from 'node:http';

/** A request as Express hands it out, which is Node's own, or as Fastify does, which has Node's own in `raw`. */
export type FrameworkRequest = IncomingMessage | { readonly raw: IncomingMessage };

/** What is used of Fastify's reply. */
interface FastifyReply {
  readonly raw: ServerResponse;
  readonly sent: boolean;
  getHeaders(): Readonly<Record<string, number | string | string[] | undefined>>;
  hijack(): unknown;
}

/** An answer as Express hands it out, which is Node's own, or Fastify's reply. */
export type FrameworkResponse = ServerResponse | FastifyReply;

/** Node's own request, whatever framework wraps it. */
export function nodeRequest(request: FrameworkRequest): IncomingMessage {
  return 'raw' in request ? request.raw : request;
}

/** Node's own response, to listen to; what sends the answer takes it with `takeResponse`. */
export function nodeResponse(response: FrameworkResponse): ServerResponse {
  return 'raw' in response ? response.raw : response;
}

/**
 * Node's own response, for code that sends the whole answer by itself. Headers that were set on a reply of Fastify,
 * such as those of its CORS plugin, are kept, and Fastify sends nothing more. After it nothing may be thrown that only
 * the framework could answer.
 */
export function takeResponse(response: FrameworkResponse): ServerResponse {
  if (!('raw' in response)) return response;
  if (!response.sent) {
    for (const [name, value] of Object.entries(response.getHeaders())) {
      if (value !== undefined && !response.raw.headersSent) response.raw.setHeader(name, value);
    }
    response.hijack();
  }
  return response.raw;
}

/** Sends a whole answer as JSON. */
export function sendJson(response: FrameworkResponse, body: unknown): void {
  const taken = takeResponse(response);
  const text = JSON.stringify(body);
  taken.setHeader('Content-Type', 'application/json; charset=utf-8');
  taken.setHeader('Content-Length', Buffer.byteLength(text));
  taken.end(text);
}

/** Adds what the answer depends on to its header `Vary`. */
export function addVary(response: ServerResponse, ...names: readonly string[]): void {
  const present = String(response.getHeader('Vary') ?? '');
  const known = new Set(
    present
      .toLowerCase()
      .split(',')
      .map((name) => name.trim()),
  );
  if (known.has('*')) return;
  const added = names.filter((name) => !known.has(name.toLowerCase()));
  response.setHeader('Vary', [...(present === '' ? [] : [present]), ...added].join(', '));
}
