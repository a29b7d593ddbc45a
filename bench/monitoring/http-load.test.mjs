import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { httpLoad } from './http-load.mjs';

async function serving(answer, work) {
  const server = createServer({ keepAliveTimeout: 0 }, answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const load = await httpLoad(server.address().port, 4);
  try {
    await work(load, server);
  } finally {
    load.close();
    server.closeAllConnections();
    server.close();
  }
}
const hello = (_request, response) => response.end('Hello World!');

test('a run ends when its requests are answered, again and again', async () => {
  let answered = 0;
  await serving(
    (...both) => (answered++, hello(...both)),
    async (load) => {
      await load.run(100);
      await load.run(3);
      assert.equal(answered, 103);
    },
  );
});

test('a run fails when the server has closed its connections before, instead of waiting for answers', async () => {
  await serving(hello, async (load, server) => {
    await load.run(4);
    server.closeIdleConnections();
    await assert.rejects(load.run(4), /the server closed a connection/);
    await assert.rejects(load.run(4), /the server closed a connection/);
  });
});

test('a run fails when the server closes a connection instead of answering', async () => {
  await serving(
    (request) => request.socket.destroy(),
    async (load) => {
      await assert.rejects(load.run(4), /the server closed a connection/);
    },
  );
});
