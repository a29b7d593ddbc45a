import { join } from 'node:path';
import { startChild } from '../lib/child.mjs';
import { freePort } from '../lib/servers.mjs';

const url = (port) => `http://127.0.0.1:${port}`;

/** Two good upstreams, a slow, an all-503 and a dead one, in a process of their own. */
export async function startUpstreams() {
  const upstreams = startChild(join(import.meta.dirname, 'upstreams-process.mjs'));
  const ports = await upstreams.next();
  const dead = url(await freePort());
  const { good, alsoGood, slow, failing } = ports;
  return {
    good: url(good),
    slow: url(slow),
    mixed: [url(good), url(alsoGood), url(slow), url(failing), dead],
    stop: upstreams.stop,
  };
}
