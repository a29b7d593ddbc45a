import { once } from 'node:events';
import { Readable } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { brotliCompressSync, createGzip, gzipSync, zstdCompressSync } from 'node:zlib';
import type { HttpPool } from '../../src/pools/http/http-pool';
import { eventually } from '../support/eventually';
import { echo, status } from '../support/http-answers';
import { httpPools } from '../support/http-pools';
import type { Answer } from '../support/http-upstream';
import { noUnhandledRejections } from '../support/no-unhandled-rejections';

const { serve, makePool } = httpPools();

const MB = 1_048_576;
const CHUNK = Buffer.alloc(65_536, 'x');

/** Writes as fast as it is read, until the connection is closed; `state` says how much. */
function endless() {
  const state = { bytes: 0, closed: false };
  const answer: Answer = (_request, response) => {
    response.on('close', () => (state.closed = true));
    const write = () => {
      while (!state.closed) {
        state.bytes += CHUNK.length;
        if (!response.write(CHUNK)) return void response.once('drain', write);
      }
    };
    write();
  };
  return { answer, state };
}

/** A source of a body, and what became of it. */
function source(chunks: number, failure?: Error) {
  const state = { read: 0, ended: false };
  async function* generate() {
    try {
      for (; state.read < chunks; state.read++) yield CHUNK;
      if (failure) throw failure;
    } finally {
      state.ended = true;
    }
  }
  return { state, body: generate() };
}

/** Tells what it was asked, headers and body included. */
const shown: Answer = (request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const body = Buffer.concat(chunks).toString();
    response.end(JSON.stringify({ method: request.method, url: request.url, headers: request.headers, body }));
  });
};
const free = (pool: HttpPool) => eventually('no connection is in use', () => pool.stats().inUse === 0);

describe('the body of an answer as a stream', () => {
  noUnhandledRejections();

  it('comes as it is read, and no faster', async () => {
    const { answer, state } = endless();
    const { url } = await serve(answer);
    const pool = makePool({ upstreams: { big: [url] } });
    const response = await pool.stream('big:/');
    expect(response).toMatchObject({ status: 200, ok: true, origin: url, url: `${url}/`, attempts: 1 });
    await sleep(300);
    const before = state.bytes;
    expect(before).toBeLessThan(16 * MB); // the buffers of two sockets
    let read = 0;
    for await (const chunk of response.body) if ((read += (chunk as Buffer).length) > before + MB) break;
    await eventually('the server is told', () => state.closed);
    await free(pool);
    expect(pool.stats().endpoints[0]).toMatchObject({ requests: 1, errors: 0, breaker: 'closed' });
  });

  it('keeps its connection until it is read, and gives it back whole', async () => {
    const { url } = await serve((_request, response) => response.end(Buffer.alloc(MB, 'a')));
    const pool = makePool();
    for (let time = 0; time < 3; time++) {
      const response = await pool.stream(url);
      expect(pool.stats()).toMatchObject({ inUse: 1 });
      expect((await buffer(response.body)).length).toBe(MB);
      await free(pool);
    }
    expect(pool.stats()).toMatchObject({ created: 1, released: 3 });
  });

  it('fails when the server cuts it, which the breaker sees', async () => {
    const { url } = await serve((_request, response) => {
      response.writeHead(200, { 'content-length': 100 }).write('half');
      setTimeout(() => response.destroy(), 20);
    });
    const pool = makePool({ upstreams: { cut: { urls: [url], breaker: { minRequests: 3 } } } });
    for (let time = 0; time < 3; time++) {
      const response = await pool.stream('cut:/');
      await expect(text(response.body)).rejects.toMatchObject({ code: 'HTTP_EXCHANGE_FAILED' });
    }
    expect(pool.stats().endpoints[0]).toMatchObject({ requests: 3, errors: 3, refusedRoutes: ['GET /'] });
  });

  it('is not judged by what its reader does', async () => {
    const { url } = await serve((request, response) => endless().answer(request, response));
    const pool = makePool({ upstreams: { big: { urls: [url], breaker: { minRequests: 2 } } } });
    for (let time = 0; time < 6; time++) {
      const abort = new AbortController();
      const response = await pool.stream('big:/', { signal: abort.signal });
      if (time % 2 === 0) response.body.destroy();
      else {
        abort.abort(new Error('enough'));
        await expect(text(response.body)).rejects.toThrow('enough');
      }
    }
    await free(pool);
    expect(pool.stats().endpoints[0]).toMatchObject({ errors: 0, breaker: 'closed' });
  });

  it('ends when nobody reads it, or the server falls silent', async () => {
    const { answer, state } = endless();
    const { url } = await serve((request, response) => {
      if (request.url === '/endless') answer(request, response);
      else response.write('a little');
    });
    const pool = makePool();
    const unread = await pool.stream(`${url}/endless`, { stallTimeoutMs: 200 });
    const failed = once(unread.body, 'error');
    expect((await failed)[0]).toMatchObject({ code: 'HTTP_RESPONSE_UNREAD' });
    await eventually('the server is told', () => state.closed);
    const silent = await pool.stream(`${url}/silent`, { stallTimeoutMs: 200 });
    await expect(text(silent.body)).rejects.toMatchObject({ code: 'HTTP_TIMEOUT', option: 'stallTimeoutMs' });
    await free(pool);
  });

  it('may take longer than totalTimeoutMs, which ends with its head', async () => {
    const { url } = await serve(async (request, response) => {
      if (request.url === '/late') await sleep(1_000);
      for (let part = 0; part < 5; part++) {
        response.write('part ');
        await sleep(60);
      }
      response.end();
    });
    const pool = makePool();
    const response = await pool.stream(url, { totalTimeoutMs: 200 });
    expect(await text(response.body)).toBe('part part part part part ');
    await expect(pool.stream(`${url}/late`, { totalTimeoutMs: 200 })).rejects.toMatchObject({ code: 'HTTP_TIMEOUT' });
  });

  it('is that of the attempt that answered', async () => {
    let requests = 0;
    const { url } = await serve((request, response) => {
      if (++requests < 3) status(503)(request, response);
      else response.end('at last');
    });
    const pool = makePool();
    const response = await pool.stream(url);
    expect(response).toMatchObject({ status: 200, attempts: 3 });
    expect(await text(response.body)).toBe('at last');
    const refused = await makePool().stream((await serve(status(503))).url);
    expect(refused).toMatchObject({ status: 503, attempts: 3 });
    expect(await text(refused.body)).toBe('no');
    await free(pool);
  });

  it('is let go by `await using`', async () => {
    const { answer, state } = endless();
    const { url } = await serve(answer);
    const pool = makePool();
    {
      await using response = await pool.stream(url);
      expect(response.ok).toBe(true);
    }
    await eventually('the server is told', () => state.closed);
    await free(pool);
  });
});

describe('the body of a request as a stream', () => {
  noUnhandledRejections();

  it.each([
    ['a generator', async () => source(20).body],
    ['a stream of Node', async () => Readable.from(source(20).body)],
    ['a stream of the web', async () => Readable.toWeb(Readable.from(source(20).body)) as never],
  ])('may be %s', async (_, make) => {
    const { url } = await serve(echo);
    const pool = makePool();
    const { body } = (await pool.request(url, { method: 'POST', body: await make() })).json() as { body: string };
    expect(body.length).toBe(20 * CHUNK.length);
    const streamed = await pool.stream(url, { method: 'PUT', body: await make() });
    expect(await text(streamed.body)).toContain('"method":"PUT"');
    await free(pool);
    expect(pool.stats().created).toBe(1);
  });

  it('is read no faster than the server takes it, and ended with the request', async () => {
    const { url } = await serve(() => undefined); // never reads
    const pool = makePool();
    const { body, state } = source(100_000);
    const request = pool.request(url, { method: 'POST', body, totalTimeoutMs: 500 });
    await expect(request).rejects.toMatchObject({ code: 'HTTP_TIMEOUT' });
    expect(state.read).toBeLessThan(400); // 25 MB: the buffers of the sockets
    await eventually('the source is ended', () => state.ended);
    await free(pool);
  });

  it('ends a source that waits for its next chunk, too', async () => {
    const { url } = await serve(() => undefined);
    const pool = makePool();
    const waiting = new Readable({ read: () => undefined });
    waiting.push('first');
    const abort = AbortSignal.timeout(200);
    await expect(pool.request(url, { method: 'POST', body: waiting, signal: abort })).rejects.toMatchObject({ name: 'TimeoutError' }); // prettier-ignore
    await eventually('the source is ended', () => waiting.destroyed);
  });

  it('is never sent twice, once it was begun', async () => {
    const server = await serve((request, response) => {
      request.once('data', () => (request.url === '/cut' ? response.destroy() : status(503)(request, response)));
    });
    const pool = makePool();
    for (const [path, expected] of [
      ['/cut', { code: 'HTTP_EXCHANGE_FAILED' }],
      ['/503', { status: 503 }],
    ] as const) {
      const { body } = source(3);
      const outcome = await pool
        .request(server.url + path, { method: 'PUT', body, retry: true })
        .catch((error) => error);
      expect(outcome).toMatchObject(expected);
    }
    expect(server.requests).toBe(2);
    expect(pool.stats().retries).toBe(0);
  });

  it('is sent after a connect that failed, since nothing of it was read', async () => {
    const server = await serve(echo);
    const gone = await serve(echo);
    const deadUrl = gone.url;
    await gone.close();
    const pool = makePool({ upstreams: { two: [deadUrl, server.url] } });
    for (let time = 0; time < 8; time++) {
      const { body } = source(2);
      const { status: code } = await pool.request('two:/', { method: 'POST', body });
      expect(code).toBe(200);
    }
    expect(server.requests).toBe(8);
    const { body, state } = source(2);
    const stream = Readable.from(body);
    await expect(pool.request(deadUrl, { method: 'POST', body: stream })).rejects.toMatchObject({ code: 'HTTP_CONNECT_FAILED' }); // prettier-ignore
    expect(state.read).toBe(0);
    expect(stream.destroyed).toBe(true);
  });

  it('fails with the error of its source, which the breaker does not see', async () => {
    const { url } = await serve(echo);
    const pool = makePool({ upstreams: { one: { urls: [url], breaker: { minRequests: 2 } } } });
    for (let time = 0; time < 4; time++) {
      const failure = new Error('no more to read');
      const { body } = source(2, failure);
      await expect(pool.request('one:/', { method: 'POST', body })).rejects.toBe(failure);
      const failed = new Readable({ read: () => undefined });
      failed.destroy(failure);
      await expect(pool.request('one:/', { method: 'POST', body: failed })).rejects.toBe(failure);
    }
    await free(pool);
    expect(pool.stats().endpoints[0]).toMatchObject({ errors: 0, breaker: 'closed' });
  });
});

const ENCODERS = { gzip: gzipSync, br: brotliCompressSync, zstd: zstdCompressSync, 'x-gzip': gzipSync } as const;

describe('bodies that are encoded', () => {
  noUnhandledRejections();
  const words = 'the same words again and again, '.repeat(5_000);

  it.each(Object.entries(ENCODERS))('are decoded from %s', async (encoding, encode) => {
    const asked: unknown[] = [];
    const { url } = await serve((request, response) => {
      asked.push(request.headers['accept-encoding']);
      const body = encode(words);
      response
        .writeHead(200, { 'content-encoding': encoding, 'content-length': body.length, 'x-other': '1' })
        .end(body);
    });
    const pool = makePool();
    const whole = await pool.request(url);
    expect(whole.text()).toBe(words);
    expect(whole.headers).toMatchObject({ 'x-other': '1' });
    expect(whole.headers).not.toHaveProperty('content-encoding');
    expect(whole.headers).not.toHaveProperty('content-length');
    const streamed = await pool.stream(url);
    expect(streamed.headers).not.toHaveProperty('content-encoding');
    expect(await text(streamed.body)).toBe(words);
    const asSent = await pool.request(url, { decompress: false, headers: { 'Accept-Encoding': 'identity' } });
    expect(asSent.body).toEqual(encode(words));
    expect(asSent.headers).toHaveProperty('content-encoding', encoding);
    expect(asked).toEqual(['gzip, br, zstd', 'gzip, br, zstd', 'identity']);
    await free(pool);
  });

  it('are decoded in turn where there are several, and left alone where one is not known', async () => {
    const { url } = await serve((request, response) => {
      if (request.url === '/two')
        response.setHeader('content-encoding', 'gzip, br').end(brotliCompressSync(gzipSync(words))); // prettier-ignore
      else if (request.url === '/none') response.writeHead(204, { 'content-encoding': 'gzip' }).end();
      else response.setHeader('content-encoding', 'compress').end('as it is');
    });
    const pool = makePool();
    expect((await pool.request(`${url}/two`)).text()).toBe(words);
    expect(await text((await pool.stream(`${url}/two`)).body)).toBe(words);
    expect((await pool.request(`${url}/none`)).text()).toBe('');
    expect((await pool.request(`${url}/none`, { method: 'HEAD' })).text()).toBe('');
    expect(await pool.request(`${url}/other`)).toMatchObject({ headers: { 'content-encoding': 'compress' } });
  });

  it.each(['gzip', 'br', 'zstd'] as const)('of %s never become larger than is allowed', async (encoding) => {
    const bomb = ENCODERS[encoding](Buffer.alloc(24 * MB));
    expect(bomb.length).toBeLessThan(MB);
    const { url } = await serve((_request, response) => response.setHeader('content-encoding', encoding).end(bomb));
    const pool = makePool();
    await expect(pool.request(url)).rejects.toMatchObject({ code: 'HTTP_RESPONSE_TOO_LARGE' });
    const bounded = await pool.stream(url, { maxResponseBytes: MB });
    await expect(buffer(bounded.body)).rejects.toMatchObject({ code: 'HTTP_RESPONSE_TOO_LARGE' });
    // Without a bound it is only decoded as it is read.
    const unbounded = await pool.stream(url);
    await sleep(100);
    expect(unbounded.body.readableLength).toBeLessThan(MB);
    let read = 0;
    for await (const chunk of unbounded.body) if ((read += (chunk as Buffer).length) > MB) break;
    await free(pool);
  });

  it('say so when they are not what they are said to be', async () => {
    const whole = gzipSync(words);
    const { url } = await serve((request, response) => {
      response.setHeader('content-encoding', 'gzip');
      response.end(request.url === '/half' ? whole.subarray(0, whole.length / 2) : 'no gzip');
    });
    const pool = makePool();
    for (const path of ['/wrong', '/half']) {
      await expect(pool.request(url + path)).rejects.toMatchObject({ code: 'HTTP_DECODING_FAILED' });
      await expect(text((await pool.stream(url + path)).body)).rejects.toMatchObject({ code: 'HTTP_DECODING_FAILED' });
    }
    await free(pool);
  });

  it('are let go in the middle', async () => {
    const { url } = await serve((_request, response) => {
      response.setHeader('content-encoding', 'gzip');
      Readable.from(source(100_000).body)
        .pipe(createGzip({ level: 0 }))
        .pipe(response);
    });
    const pool = makePool();
    const unread = await pool.stream(url);
    unread.body.destroy();
    const response = await pool.stream(url);
    for await (const chunk of response.body) if ((chunk as Buffer).length > 0) break;
    await free(pool);
  });
});

describe('redirects', () => {
  noUnhandledRejections();

  interface Shown {
    readonly method: string;
    readonly url: string;
    readonly headers: Record<string, string>;
    readonly body: string;
  }

  it('are followed where asked only, and so far', async () => {
    const { url } = await serve((request, response) => {
      const hop = Number(request.url!.slice(1));
      if (hop === 3) shown(request, response);
      else response.writeHead(302, { location: `/${hop + 1}` }).end('gone');
    });
    const pool = makePool({ upstreams: { chain: [url] } });
    expect(await pool.request('chain:/0')).toMatchObject({ status: 302, redirects: 0, url: `${url}/0` });
    const followed = await pool.request('chain:/0', { maxRedirects: 3 });
    expect(followed).toMatchObject({ status: 200, redirects: 3, url: `${url}/3` });
    await expect(pool.request('chain:/0', { maxRedirects: 2 })).rejects.toMatchObject({ code: 'HTTP_REDIRECT_FAILED' });
    const streamed = await pool.stream('chain:/0', { maxRedirects: 3 });
    expect(JSON.parse(await text(streamed.body))).toMatchObject({ url: '/3' });
    expect(pool.stats()).toMatchObject({ inUse: 0, created: 1 });
  });

  it.each([
    [301, 'POST', 'GET', ''],
    [302, 'POST', 'GET', ''],
    [303, 'POST', 'GET', ''],
    [303, 'PUT', 'GET', ''],
    [303, 'HEAD', 'HEAD', undefined],
    [301, 'PUT', 'PUT', 'body'],
    [302, 'DELETE', 'DELETE', 'body'],
    [307, 'POST', 'POST', 'body'],
    [308, 'PATCH', 'PATCH', 'body'],
  ] as const)('with %d make of %s a %s', async (code, method, expected, body) => {
    let last: string | undefined;
    const { url } = await serve((request, response) => {
      last = request.method;
      if (request.url === '/from') response.writeHead(code, { location: '/to?x=1' }).end();
      else shown(request, response);
    });
    const given = method === 'HEAD' ? {} : { body: 'body', headers: { 'Content-Type': 'text/plain' } };
    const response = await makePool().request(`${url}/from`, { method, maxRedirects: 1, ...given });
    expect(response.status).toBe(200);
    expect(last).toBe(expected);
    if (body === undefined) return;
    const seen = response.json() as Shown;
    expect(seen).toMatchObject({ url: '/to?x=1', body });
    expect(seen.headers['content-type']).toBe(body === '' ? undefined : 'text/plain');
  });

  it('take no credentials to another origin', async () => {
    const other = await serve(shown);
    const same = await serve((request, response) => {
      if (request.url === '/own') response.writeHead(307, { location: '/shown' }).end();
      else if (request.url === '/shown') shown(request, response);
      else response.writeHead(307, { location: `${other.url}/there` }).end();
    });
    const pool = makePool({ upstreams: { one: { urls: [same.url], credentials: () => 'secret-of-one' } } });
    const headers = { Authorization: 'Bearer secret', Cookie: 'a=b', 'Proxy-Authorization': 'Basic x', 'X-Other': '1' };
    const seen = async (url: string, given: Record<string, string> = {}) =>
      ((await pool.request(url, { headers: given, maxRedirects: 2 })).json() as Shown).headers;
    const kept = await seen(`${same.url}/own`, headers);
    expect(kept).toMatchObject({ authorization: 'Bearer secret', cookie: 'a=b', 'x-other': '1' });
    const dropped = await seen(`${same.url}/away`, headers);
    expect(Object.keys(dropped).toSorted()).toEqual(['accept-encoding', 'connection', 'host', 'x-other']);
    expect(await seen('one:/own')).toMatchObject({ authorization: 'Bearer secret-of-one' });
    expect(await seen('one:/away')).not.toHaveProperty('authorization');
  });

  it('are not followed with a stream that was begun, nor to what is no URL', async () => {
    const { url } = await serve((request, response) => {
      request.resume();
      const locations: Record<string, string> = { '/307': '/x', '/file': 'file:///etc/passwd', '/user': 'http://a:b@127.0.0.1/', '/bad': 'http://[' }; // prettier-ignore
      if (request.url === '/303') response.writeHead(303, { location: '/x' }).end();
      else if (request.url === '/x') response.end('here');
      else response.writeHead(307, { location: locations[request.url!] }).end();
    });
    const pool = makePool();
    const post = (path: string) => pool.request(url + path, { method: 'POST', body: source(1).body, maxRedirects: 5 });
    await expect(post('/307')).rejects.toMatchObject({ code: 'HTTP_REDIRECT_FAILED' });
    expect((await post('/303')).text()).toBe('here');
    for (const path of ['/file', '/user', '/bad']) {
      await expect(pool.request(url + path, { maxRedirects: 1 })).rejects.toMatchObject({
        code: 'HTTP_REDIRECT_FAILED',
      });
    }
  });

  it('share the deadline of the request', async () => {
    const { url } = await serve(async (_request, response) => {
      await sleep(100);
      response.writeHead(302, { location: '/again' }).end();
    });
    const around = makePool().request(url, { maxRedirects: 1_000, totalTimeoutMs: 500 });
    await expect(around).rejects.toMatchObject({ code: 'HTTP_TIMEOUT' });
  });
});
