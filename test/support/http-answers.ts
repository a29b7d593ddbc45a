import type { Answer } from './http-upstream';

/** Tells what it was asked. */
export const echo: Answer = (request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ method: request.method, url: request.url, body: Buffer.concat(chunks).toString() }));
  });
};

export const status =
  (code: number, headers: Record<string, string> = {}): Answer =>
  (_request, response) =>
    void response.writeHead(code, headers).end('no');

export const slowly =
  (delayMs: number): Answer =>
  (_request, response) =>
    void setTimeout(() => response.end('ok'), delayMs);

export const never: Answer = () => undefined;
