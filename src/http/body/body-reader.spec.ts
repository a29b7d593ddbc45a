import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { BodyReader } from './body-reader';

const JSON_TYPE = 'application/json';
const FORM = 'application/x-www-form-urlencoded';

function sent(type: string, body: string | Buffer, headers: Record<string, string> = {}): IncomingMessage {
  const bytes = Buffer.from(body);
  const pieces = Array.from({ length: bytes.length }, (_, index) => bytes.subarray(index, index + 1));
  const request = Readable.from(pieces, { objectMode: false });
  return Object.assign(request, { headers: { 'content-type': type, ...headers } }) as unknown as IncomingMessage;
}
const read = (...request: Parameters<typeof sent>) => new BodyReader(200).read(sent(...request));

describe('BodyReader', () => {
  it.each([
    ['{"a":[1]}', { a: [1] }],
    ['[]', []],
    ['\uFEFF{"ä":1}', { ä: 1 }],
    ['', undefined],
  ])('reads the JSON %j', async (text, value) => {
    expect(await read(JSON_TYPE, text)).toEqual(value);
  });

  it('reads form fields, repeated ones as an array', async () => {
    const fields = await read(FORM, 'query=up&match[]=a&match[]=b+c&empty=&__proto__=x&%C3%A4=%20');
    expect(fields).toEqual(
      Object.assign(JSON.parse('{"__proto__":"x"}'), { query: 'up', 'match[]': ['a', 'b c'], empty: '', ä: ' ' }),
    );
    expect(Object.getPrototypeOf(fields)).toBe(Object.prototype);
  });

  it.each([
    ['gzip', gzipSync],
    ['GZIP', gzipSync],
    ['x-gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
  ])('unzips %s', async (encoding, zip) => {
    expect(await read(JSON_TYPE, zip('{"a":1}'), { 'content-encoding': encoding })).toEqual({ a: 1 });
  });

  it.each(['utf-8', '"UTF-8"', 'utf8'])('takes the charset %s', async (charset) => {
    expect(await read(`${JSON_TYPE}; charset=${charset}`, '{}')).toEqual({});
  });

  it('takes as many bytes as it may, and not one more', async () => {
    const text = `{"a":"${'x'.repeat(192)}"}`;
    expect(await read(JSON_TYPE, text)).toEqual({ a: 'x'.repeat(192) });
    await expect(read(JSON_TYPE, ` ${text}`)).rejects.toMatchObject({ code: 'BODY_TOO_LARGE', limit: 200 });
    await expect(read(JSON_TYPE, gzipSync(` ${text}`), { 'content-encoding': 'gzip' })).rejects.toMatchObject({
      detail: 'At most 200 bytes are taken.',
    });
  });

  it('takes a thousand fields, and not one more', async () => {
    const reader = new BodyReader(10_000);
    expect(Object.keys((await reader.read(sent(FORM, 'a&'.repeat(999)))) as object)).toEqual(['a']);
    await expect(reader.read(sent(FORM, 'a&'.repeat(1_000)))).rejects.toMatchObject({
      detail: 'At most 1000 fields are taken.',
    });
  });

  it('says where JSON is malformed, and quotes nothing of it', async () => {
    await expect(read(JSON_TYPE, '{"secret": 1 x}')).rejects.toMatchObject({
      code: 'BODY_MALFORMED',
      detail: 'The body cannot be read: it is not valid JSON (at position 13).',
    });
    await expect(read(JSON_TYPE, '"secret"')).rejects.toMatchObject({
      detail: 'The body cannot be read: JSON has to be an object or an array here.',
    });
  });

  it('leaves other types unread', async () => {
    const request = sent('text/plain', 'abc');
    expect(await new BodyReader(200).read(request)).toBeUndefined();
    expect(request.readableDidRead).toBe(false);
  });

  it('refuses what was read by somebody else instead of waiting for it', async () => {
    const request = sent(JSON_TYPE, '{}');
    await request.toArray();
    await expect(new BodyReader(200).read(request)).rejects.toMatchObject({ code: 'BODY_MALFORMED' });
  });
});
