import { HttpConnectError, HttpExchangeError, HttpTimeoutError } from './http.errors';
import { HttpResponse } from './http-response';
import type { HttpRequestOptions } from './http.options';
import { isRepeatable, isTransient, TransientResponseError } from './repeatable';

const target = { pool: 'http', method: 'GET', origin: 'http://a' };
const answer = (status: number) => new HttpResponse(status, {}, Buffer.alloc(0), 'http://a', 'http://a/');
const failures = {
  'not sent': new HttpConnectError(target, new Error('ECONNREFUSED')),
  'cut off': new HttpExchangeError(target, new Error('ECONNRESET')),
  '503': new TransientResponseError(answer(503)),
  'out of time': new HttpTimeoutError(target, 10),
  unknown: new Error('a bug'),
};

describe('isRepeatable', () => {
  it.each<[keyof typeof failures, HttpRequestOptions, boolean]>([
    ['not sent', { method: 'POST' }, true],
    ['not sent', { method: 'POST', retry: false }, false],
    ['cut off', {}, true],
    ['cut off', { method: 'DELETE' }, true],
    ['cut off', { method: 'POST' }, false],
    ['cut off', { method: 'PATCH' }, false],
    ['cut off', { method: 'POST', retry: true }, true],
    ['503', { method: 'PUT' }, true],
    ['503', { method: 'POST' }, false],
    ['out of time', {}, false],
    ['unknown', {}, false],
  ])('%s, %j: %s', (failure, options, expected) => {
    expect(isRepeatable(failures[failure], options)).toBe(expected);
  });

  it('takes 429, 502, 503 and 504 for passing, nothing else', () => {
    const statuses = Array.from({ length: 500 }, (_, index) => 100 + index);
    expect(statuses.filter(isTransient)).toEqual([429, 502, 503, 504]);
  });
});
