// Upstreams in a process of their own, so that their work is not counted; sends its parent their ports.
import { createServer } from 'node:http';

const body = Buffer.from(
  JSON.stringify({ items: Array.from({ length: 10 }, (_, id) => ({ id, name: `item ${id}` })) }),
);
const ok = (response) => response.writeHead(200, { 'content-type': 'application/json' }).end(body);
const SLOW_MS = 250;

const upstreams = {
  good: (_request, response) => ok(response),
  alsoGood: (_request, response) => ok(response),
  slow: (_request, response) => setTimeout(ok, SLOW_MS, response),
  failing: (_request, response) => response.writeHead(503).end('not now'),
};

const ports = {};
for (const [name, answer] of Object.entries(upstreams)) {
  const server = createServer({ keepAliveTimeout: 60_000 }, answer);
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  ports[name] = server.address().port;
}
process.send(ports);
process.on('disconnect', () => process.exit(0));
