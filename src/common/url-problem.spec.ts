import { parsePostgresUrl, postgresEndpoint, postgresUrlProblem, redisUrlProblem, urlProblem } from './url-problem';

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

describe('postgresUrlProblem', () => {
  it.each([
    ['postgres://u:p@h/db', 'h:5432', 'p'],
    ['postgresql://h:6/db', 'h:6', ''],
    ['postgres://u:p@/db?host=/cloudsql/project:region:instance', '/cloudsql/project:region:instance', 'p'],
    ['postgres://u:p@/db?connect_timeout=3&host=%2Fcloudsql%2Fa:b:c', '/cloudsql/a:b:c', 'p'],
    ['postgres://u:p@localhost/db?host=/cloudsql/a:b:c', '/cloudsql/a:b:c', 'p'],
    ['postgres://u:p@%2Fvar%2Frun%2Fpostgresql/db', '/var/run/postgresql', 'p'],
    ['postgres:///db?host=/var/run/postgresql', '/var/run/postgresql', ''],
  ])('has nothing to say of %s, which leads to %s', (url, endpoint, password) => {
    expect(postgresUrlProblem(url)).toBeUndefined();
    expect(postgresEndpoint(url)).toBe(endpoint);
    expect(parsePostgresUrl(url)!.password).toBe(password);
  });

  it.each([
    'postgres://u:secret@/db',
    'postgres://u:secret@/db?host=h',
    'mysql://u:secret@/db?host=/x',
    'postgres://h:x/db',
  ])('refuses %s without showing it', (url) => {
    const problem = postgresUrlProblem(url)!;
    expect(problem).toMatch(/postgres/);
    expect(problem).not.toMatch(/secret/);
  });
});
