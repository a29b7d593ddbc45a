import { acceptsGzip, preferredOffer } from './media-type';

describe('preferredOffer', () => {
  const offers = [
    { type: 'application/json', value: 'json' },
    { type: 'text/plain', version: '0.0.4', value: 'text' },
    { type: 'application/openmetrics-text', version: '1.0.0', value: 'open' },
  ] as const;

  it.each([
    [undefined, 'json'],
    ['', 'json'],
    ['*/*', 'json'],
    ['text/*', 'text'],
    ['text/plain', 'text'],
    ['image/png', 'json'],
    ['text/plain;q=0.5, application/openmetrics-text;q=0.6', 'open'],
    ['application/openmetrics-text; version="1.0.0"; charset=utf-8, */*;q=0.1', 'open'],
    ['application/openmetrics-text;version=0.0.1, text/plain;version=0.0.4;q=0.3', 'text'],
    ['application/json;q=0, */*', 'text'],
    ['text/plain;q=nonsense, application/json;q=0.1', 'json'],
  ])('of Accept %j is %s', (accept, value) => {
    expect(preferredOffer(accept, [...offers])).toBe(value);
  });
});

describe('acceptsGzip', () => {
  it.each([
    [undefined, false],
    ['gzip, deflate, br', true],
    ['*', true],
    ['*, gzip;q=0', false],
    ['identity', false],
  ])('of Accept-Encoding %j is %s', (header, accepted) => {
    expect(acceptsGzip(header)).toBe(accepted);
  });
});
