import type { Request } from 'express';
import { isCrossSite, tokenIn } from './credentials';

const request = (authorization: string | undefined, path = '/performance/pools') =>
  ({ headers: { authorization }, path }) as Request;
const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;

describe('tokenIn', () => {
  it.each(['Bearer abc', 'bearer abc', 'BEARER   abc '])('takes the token of %j', (header) => {
    expect(tokenIn(request(header))).toEqual({ token: 'abc', scheme: 'bearer' });
  });

  it.each(['/metrics', '/performance/prometheus', '/performance/prometheus/api/v1/query'])(
    'takes the password of Basic on %s, with any user name',
    (path) => {
      expect(tokenIn(request(basic('grafana:a:b'), path))).toEqual({ token: 'a:b', scheme: 'basic' });
      expect(tokenIn(request(basic(':abc'), path))).toEqual({ token: 'abc', scheme: 'basic' });
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

describe('isCrossSite', () => {
  const host = 'metrics.example.com:5057';
  const BROWSER = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
  it.each([
    ['a client that is no browser', 'POST', {}, false],
    ["the page's own script", 'POST', { 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'cors' }, false],
    ['an address typed by a person', 'GET', { 'sec-fetch-site': 'none', 'sec-fetch-mode': 'navigate' }, false],
    ['a link on another site', 'GET', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }, false],
    ['a form of another site', 'POST', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }, true],
    ['a form of a neighbour', 'POST', { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'navigate' }, true],
    ['an image of another site', 'GET', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' }, true],
    [
      'a frame of another site',
      'GET',
      { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' },
      true,
    ],
    [
      'a link that opens in its place',
      'GET',
      { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' },
      false,
    ],
    ['an image over plain HTTP', 'GET', { 'user-agent': BROWSER, accept: 'image/avif,image/webp,*/*;q=0.8' }, true],
    ['a script over plain HTTP', 'GET', { 'user-agent': BROWSER, accept: '*/*' }, true],
    ['a person over plain HTTP', 'GET', { 'user-agent': BROWSER, accept: 'text/html,*/*;q=0.8' }, false],
    ['Prometheus', 'GET', { 'user-agent': 'Prometheus/2.42.0', accept: 'application/openmetrics-text,*/*' }, false],
    ['Grafana', 'GET', { 'user-agent': 'Grafana/12.0.0', accept: '*/*' }, false],
    ['PowerShell', 'GET', { 'user-agent': 'Mozilla/5.0 (Windows NT; en-US) WindowsPowerShell/5.1' }, false],
    ['an old browser of the same origin', 'POST', { origin: `http://${host}` }, false],
    ['an old browser of another origin', 'POST', { origin: 'https://evil.example' }, true],
    ['an old browser of an origin it does not tell', 'POST', { origin: 'null' }, true],
  ])('%s: %s %j', (_, method, headers, crossSite) => {
    expect(isCrossSite({ method, headers: { host, ...headers } } as unknown as Request)).toBe(crossSite);
  });
});
