import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';

/** One answer, as far as a test looks at it. */
export interface RawAnswer {
  readonly status: number;
  readonly body: string;
}

export interface RawRequest {
  /** With the empty line. */
  readonly head: string;
  readonly body?: Uint8Array;
}

/** How bytes are sent: at once, in pieces with pauses, or a half and then nothing, the connection cut. */
export type Delivery = 'complete' | 'in pieces' | 'cut off';

const PIECES = 7;
const DEADLINE_MS = 20_000;

/**
 * Sends bytes as they are over a connection of their own, and answers with what came back until so many answers were
 * complete and nothing more came for a moment, or the connection closed.
 */
export async function sendRaw(
  port: number,
  request: RawRequest,
  delivery: Delivery = 'complete',
  expected = 1,
): Promise<RawAnswer[]> {
  const socket = connect(port, '127.0.0.1');
  let received = '';
  socket.on('data', (chunk: Buffer) => (received += chunk.toString('latin1')));
  socket.on('error', () => undefined); // the server may close before it has read everything
  socket.write(request.head);
  for (const piece of piecesOf(request.body ?? new Uint8Array(), delivery)) {
    if (socket.closed) break;
    socket.write(piece);
    await sleep(delivery === 'in pieces' ? 3 : 0);
  }
  if (delivery === 'cut off') {
    await sleep(20); // so that it arrives, and is not lost with the connection
    socket.destroy();
    return answersIn(received);
  }
  const deadline = performance.now() + DEADLINE_MS;
  while (!socket.closed && answersIn(received).length < expected && performance.now() < deadline) await sleep(5);
  await sleep(10);
  socket.destroy();
  return answersIn(received);
}

/** Reads nothing before it has sent everything, as simple clients and some proxies do. */
export async function sendThenRead(port: number, { head, body }: RawRequest): Promise<RawAnswer[]> {
  const socket = connect(port, '127.0.0.1').pause();
  socket.on('error', () => undefined);
  socket.write(head);
  await new Promise<void>((resolve) => socket.write(body ?? '', () => resolve())); // also when it was cut off
  let received = '';
  socket.on('data', (chunk: Buffer) => (received += chunk.toString('latin1')));
  socket.resume();
  if (!socket.closed) await once(socket, 'close');
  return answersIn(received);
}

/** Sends what there is of a request and ends its own side of the connection. */
export async function sendHalf(port: number, { head, body }: RawRequest): Promise<RawAnswer[]> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.write(head);
  socket.end(body ?? '');
  return answersIn(await text(socket));
}

/** Goes on sending chunks until the server ends the connection; `ended` is false when it does not within 20 s. */
export async function sendForEver(
  port: number,
  head: string,
): Promise<{ readonly answers: RawAnswer[]; readonly ended: boolean }> {
  const socket = connect(port, '127.0.0.1');
  const chunk = chunked(Buffer.alloc(1_000)).subarray(0, -5);
  let received = '';
  socket.on('data', (data: Buffer) => (received += data.toString('latin1')));
  socket.on('error', () => undefined);
  socket.write(head);
  const deadline = performance.now() + DEADLINE_MS;
  while (!socket.closed && performance.now() < deadline) {
    socket.write(chunk);
    await sleep(5);
  }
  const ended = socket.closed;
  socket.destroy();
  return { answers: answersIn(received), ended };
}

function piecesOf(body: Uint8Array, delivery: Delivery): Uint8Array[] {
  if (body.length === 0) return [];
  if (delivery === 'complete') return [body];
  if (delivery === 'cut off') return [body.subarray(0, Math.ceil(body.length / 2))];
  const size = Math.ceil(body.length / PIECES);
  return Array.from({ length: Math.ceil(body.length / size) }, (_, index) =>
    body.subarray(index * size, (index + 1) * size),
  );
}

/** The complete answers with a length in what a server sent. */
export function answersIn(received: string): RawAnswer[] {
  const answers: RawAnswer[] = [];
  let rest = received;
  for (;;) {
    const end = rest.indexOf('\r\n\r\n');
    const status = /^HTTP\/1\.1 (\d{3}) /.exec(rest)?.[1];
    if (end < 0 || status === undefined) return answers;
    const head = rest.slice(0, end);
    const length = Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0);
    if (rest.length < end + 4 + length) return answers;
    // 100 Continue is no answer yet.
    if (status !== '100') answers.push({ status: Number(status), body: rest.slice(end + 4, end + 4 + length) });
    rest = rest.slice(end + 4 + length);
  }
}

/** A body in chunks, as `Transfer-Encoding: chunked` has it. */
export function chunked(body: Uint8Array, chunkBytes = 65_536): Buffer {
  const parts: Uint8Array[] = [];
  for (let at = 0; at < body.length; at += chunkBytes) {
    const chunk = body.subarray(at, at + chunkBytes);
    parts.push(Buffer.from(`${chunk.length.toString(16)}\r\n`), chunk, Buffer.from('\r\n'));
  }
  return Buffer.concat([...parts, Buffer.from('0\r\n\r\n')]);
}
