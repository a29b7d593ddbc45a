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

  it('finds the scope of a token and names the token without telling it', () => {
    expect(tokens.find('r'.repeat(16))).toEqual({ scope: 'read', id: expect.stringMatching(/^[0-9a-f]{12}$/) });
    expect(tokens.find('a'.repeat(16))?.scope).toBe('admin');
    expect(tokens.find('r'.repeat(16))?.id).not.toBe(tokens.find('a'.repeat(16))?.id);
  });

  it('gives a token listed in both scopes the stronger one', () => {
    expect(tokens.find('b'.repeat(16))?.scope).toBe('admin');
  });

  it.each(['', 'r', 'r'.repeat(15), 'r'.repeat(17), 'R'.repeat(16)])('does not know %j', (token) => {
    expect(tokens.find(token)).toBeUndefined();
  });

  it('does not keep the text of a token', () => {
    expect(JSON.stringify(tokens)).not.toContain('r'.repeat(16));
  });

  it('refuses to start in production without tokens, and says what to set', () => {
    expect(() => SecurityModule.forRoot(options)).toThrow(TokensRequiredError);
    expect(() => AccessTokens.from(options)).toThrow(/API_TOKENS is not set.*read:TOKEN,admin:TOKEN/);
  });
});
