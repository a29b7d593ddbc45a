import { ProxyExceptions } from './proxy.options';

const excepts = (list: string, url: string) => new ProxyExceptions(list).has(new URL(url));

describe('the exceptions from a proxy', () => {
  it.each([
    ['*', 'http://any.example'],
    ['example.com', 'http://example.com'],
    ['example.com', 'https://deep.www.Example.com'],
    ['.example.com', 'http://example.com'],
    ['*.example.com', 'http://www.example.com:8080'],
    [' a , EXAMPLE.com ', 'http://example.com.'],
    ['a b', 'http://b'],
    ['example.com:443', 'https://example.com'],
    ['example.com:8080', 'http://example.com:8080'],
    ['10.1.2.3', 'http://10.1.2.3'],
    ['10.0.0.0/8', 'http://10.200.3.4:99'],
    ['::1', 'http://[::1]:8080'],
    ['[::1]:8080', 'http://[::1]:8080'],
    ['fd00::/8', 'http://[fd12::1]'],
  ])('%j has %s', (list, url) => expect(excepts(list, url)).toBe(true));

  it.each([
    ['', 'http://example.com'],
    [',', 'http://example.com'],
    ['example.com', 'http://notexample.com'],
    ['example.com', 'http://example.com.evil.org'],
    ['www.example.com', 'http://example.com'],
    ['example.com:443', 'http://example.com'],
    ['1.2.3', 'http://10.1.2.3'],
    ['2.3', 'http://10.1.2.3'],
    ['10.0.0.0/8', 'http://11.0.0.1'],
    ['10.0.0.0/99', 'http://10.0.0.1'],
    ['::1', 'http://[::2]'],
  ])('%j has not %s', (list, url) => expect(excepts(list, url)).toBe(false));
});
