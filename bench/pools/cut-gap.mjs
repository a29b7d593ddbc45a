import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../lib/servers.mjs';

const STEADY_MS = 200;
const OUTAGE_MS = 200;
const CALLERS = 20;

/**
 * Cuts the network between a pool and its Redis under load: by how much (ms) the longest time without an answer exceeds
 * the outage.
 */
export async function gapBeyondCut(server, makePool) {
  const relay = await startRelay(server.port);
  const pool = await makePool(`redis://127.0.0.1:${relay.port}`);
  const stop = new AbortController();
  let last = performance.now();
  let longestMs = 0;
  const answered = () => {
    const now = performance.now();
    longestMs = Math.max(longestMs, now - last);
    last = now;
  };
  const callers = Array.from({ length: CALLERS }, async () => {
    while (!stop.signal.aborted) await pool.client.get('key').then(answered, () => sleep(1));
  });
  await sleep(STEADY_MS);
  longestMs = 0;
  const cutAt = performance.now();
  await relay.cut();
  await sleep(OUTAGE_MS);
  await relay.listen();
  const outageMs = performance.now() - cutAt;
  await sleep(STEADY_MS * 3);
  stop.abort();
  await Promise.all(callers);
  await pool.drain(1_000);
  await relay.cut();
  return longestMs - outageMs;
}

/** Carries bytes to a port of this machine until it is cut; then it refuses connections until it listens again. */
async function startRelay(targetPort) {
  const port = await freePort();
  const sockets = new Set();
  let server;
  const keep = (socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
    return socket;
  };
  const relay = {
    port,
    async listen() {
      server = createServer((client) => {
        const upstream = keep(connect(targetPort, '127.0.0.1'));
        keep(client).pipe(upstream).pipe(client);
      }).listen(port, '127.0.0.1');
      await once(server, 'listening');
    },
    async cut() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
  await relay.listen();
  return relay;
}
