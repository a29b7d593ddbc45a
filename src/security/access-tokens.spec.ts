import { createHash } from 'node:crypto';
import { AccessTokens } from './access-tokens';
import { TokensRequiredError } from './security.errors';
import { SecurityModule } from './security.module';
import { resolveSecurityOptions } from './security.options';

const options = resolveSecurityOptions({
  production: true,
  dataDir: '/nonexistent',
  tokens: [],
  metricsPublic: false,
  rateLimits: { enabled: true, readsPerMinute: 1, changesPerMinute: 1, failedLoginsPerMinute: 1 },
});

describe('AccessTokens', () => {
  const tokens = new AccessTokens([
    { scope: 'read', token: 'r'.repeat(16) },
    { scope: 'admin', token: 'a'.repeat(16) },
    { scope: 'admin', token: 'b'.repeat(16) },
    { scope: 'read', token: 'b'.repeat(16) },
  ]);

  const scopeOf = (token: string) => {
    const found = tokens.find(token);
    return typeof found === 'object' ? found.scope : found;
  };
  const idOf = (token: string) => (tokens.find(token) as { readonly id: string }).id;

  it('finds the scope of a token and names the token without telling it', () => {
    expect(tokens.find('r'.repeat(16))).toEqual({ scope: 'read', id: expect.stringMatching(/^[0-9a-f]{12}$/) });
    expect(scopeOf('a'.repeat(16))).toBe('admin');
    expect(idOf('r'.repeat(16))).not.toBe(idOf('a'.repeat(16)));
  });

  it('gives a token listed in both scopes the stronger one', () => {
    expect(scopeOf('b'.repeat(16))).toBe('admin');
  });

  it.each(['', 'r', 'r'.repeat(15), 'r'.repeat(17), 'R'.repeat(16)])('does not know %j', (token) => {
    expect(tokens.find(token)).toBeUndefined();
  });

  it('does not keep the text of a token', () => {
    expect(JSON.stringify(tokens)).not.toContain('r'.repeat(16));
  });

  it('knows a token by its hash, its name, and until it expires', () => {
    const sha256 = createHash('sha256').update('h'.repeat(16)).digest('hex');
    const hashed = new AccessTokens([
      { scope: 'read', sha256: sha256.toUpperCase(), name: 'grafana' },
      { scope: 'admin', token: 'e'.repeat(16), expiresAtMs: Date.now() - 1 },
      { scope: 'admin', token: 'f'.repeat(16), expiresAtMs: Date.now() + 60_000 },
    ]);
    expect(hashed.find('h'.repeat(16))).toEqual({ scope: 'read', name: 'grafana', id: sha256.slice(0, 12) });
    expect(hashed.find(sha256)).toBeUndefined();
    expect(hashed.find('e'.repeat(16))).toBe('expired');
    expect(hashed.find('f'.repeat(16))).toMatchObject({ scope: 'admin' });
  });

  it.each([
    [{ scope: 'read', token: 'short' }, /16 to 512 visible/],
    [{ scope: 'read', token: 'with a blank in it' }, /16 to 512 visible/],
    [{ scope: 'read', token: 'ü'.repeat(16) }, /16 to 512 visible/],
    [{ scope: 'write', token: 'a'.repeat(16) }, /'read' or 'admin'/],
    [{ scope: 'read' }, /one of both/],
    [{ scope: 'read', token: 'a'.repeat(16), sha256: 'a'.repeat(64) }, /one of both/],
    [{ scope: 'read', sha256: 'a'.repeat(63) }, /64 hexadecimal/],
    [{ scope: 'read', token: 'a'.repeat(16), name: 'a b' }, /a name of/],
  ])('refuses %j, with which nobody could log in', (token, message) => {
    const wrong = { ...options, tokens: [token] } as Parameters<typeof SecurityModule.forRoot>[0];
    expect(() => SecurityModule.forRoot(wrong)).toThrow(message);
  });

  it('refuses to start in production without tokens, and says what to set', () => {
    expect(() => SecurityModule.forRoot(options)).toThrow(TokensRequiredError);
    expect(() => AccessTokens.from(options)).toThrow(/API_TOKENS is not set.*read:TOKEN,admin:TOKEN/);
  });
});
