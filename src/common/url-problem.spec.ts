import { redisUrlProblem, urlProblem } from './url-problem';

describe('urlProblem', () => {
  it.each(['http://a', 'https://a:1/b?c=d', 'HTTP://[::1]:80'])('has nothing to say of %s', (url) => {
    expect(urlProblem(url, ['http', 'https'])).toBeUndefined();
  });

  it.each(['', 'a:1', 'ftp://a', 'http:a'])('names the schemes for "%s"', (url) => {
    expect(urlProblem(url, ['http', 'https'])).toBe('a URL that begins with http:// or https://');
  });

  it.each(['http://a:7901x', 'http://', 'http://a:1/b:secret@:x:y'.replace('/b', ''), 'http://a:70000'])(
    'says that host or port is wrong in "%s", not the scheme',
    (url) => {
      const problem = urlProblem(url, ['http'])!;
      expect(problem).toMatch(/^http:\/\/host:port, but host or port cannot be read/);
      expect(problem).not.toMatch(/begins|secret|7901/);
    },
  );
});

describe('redisUrlProblem', () => {
  it.each(['redis://h', 'redis://h/', 'rediss://u:p@h:6379/15', 'redis://h/0?family=6', 'redis://h?db=3'])(
    'has nothing to say of %s',
    (url) => {
      expect(redisUrlProblem(url)).toBeUndefined();
    },
  );

  it.each([
    'redis://:secret@h/abc',
    'redis://h/-1',
    'redis://h/1.5',
    'redis://h/0/1',
    'redis://h/1x',
    'redis://h?db=x',
  ])('refuses the database of %s without showing the URL', (url) => {
    const problem = redisUrlProblem(url)!;
    expect(problem).toMatch(/number of a database/);
    expect(problem).not.toMatch(/secret|abc/);
  });
});
