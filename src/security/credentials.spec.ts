import type { Request } from 'express';
import { tokenIn } from './credentials';

const request = (authorization: string | undefined, path = '/performance/pools') =>
  ({ headers: { authorization }, path }) as Request;
const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;

describe('tokenIn', () => {
  it.each(['Bearer abc', 'bearer abc', 'BEARER   abc '])('takes the token of %j', (header) => {
    expect(tokenIn(request(header))).toEqual({ token: 'abc' });
  });

  it.each(['/metrics', '/performance/prometheus', '/performance/prometheus/api/v1/query'])(
    'takes the password of Basic on %s, with any user name',
    (path) => {
      expect(tokenIn(request(basic('grafana:a:b'), path))).toEqual({ token: 'a:b' });
      expect(tokenIn(request(basic(':abc'), path))).toEqual({ token: 'abc' });
    },
  );

  it.each(['/performance/pools', '/metrics/', '/METRICS', '/performance/prometheusx', '/x/metrics'])(
    'does not take Basic on %s',
    (path) => expect(tokenIn(request(basic('u:abc'), path))).toBe('invalid'),
  );

  it.each([undefined, ''])('says that %j is missing', (header) => expect(tokenIn(request(header))).toBe('missing'));

  it.each(['Bearer', 'Bearer ', 'abc', 'Bearer a b', 'Digest abc', `Bearer ${'x'.repeat(2_000)}`])(
    'says that %j is invalid',
    (header) => expect(tokenIn(request(header))).toBe('invalid'),
  );
});
