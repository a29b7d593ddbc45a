import { tokensIn } from './api-token';

const HASH = 'ab'.repeat(32);

describe('a file of tokens', () => {
  it('has a token on each line, with name, scope, hash or text, and when it expires', () => {
    const text = `# who may read
grafana  read  sha256:${HASH}   # the data source
deploy\tadmin\tplain-token-0123456789\t2027-01-31T12:00:00Z\r

last read another-token-0123456 2027-02-01`;
    expect(tokensIn(text)).toEqual([
      { name: 'grafana', scope: 'read', sha256: HASH },
      { name: 'deploy', scope: 'admin', token: 'plain-token-0123456789', expiresAtMs: Date.UTC(2027, 0, 31, 12) },
      { name: 'last', scope: 'read', token: 'another-token-0123456', expiresAtMs: Date.UTC(2027, 1, 1) },
    ]);
    expect(tokensIn('')).toEqual([]);
  });

  it.each([
    ['gra/fana read token-of-16-letters', /line 1 must begin with a name/],
    ['# first\ngrafana write token-of-16-letters', /line 2 must have read or admin/],
    ['grafana', /read or admin/],
    ['grafana read', /third word/],
    ['grafana read short', /third word/],
    [`grafana read sha256:${HASH}0`, /third word/],
    ['grafana read token-of-16-letters tomorrow', /fourth word/],
    ['grafana read token-of-16-letters 2027-01-01 x', /more than four/],
    [`grafana read ${'x'.repeat(1_000)}`, /1000 characters/],
  ])('is refused with the line and without the token: %j', (text, problem) => {
    expect(() => tokensIn(text)).toThrow(problem);
    expect(() => tokensIn(text)).not.toThrow(/token-of/);
  });
});
