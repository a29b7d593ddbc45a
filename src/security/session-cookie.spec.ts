import { endedCookie, sessionCookie, tokenInCookie } from './session-cookie';

describe('the cookie of a session', () => {
  it('gives back the token, whatever is in it, among other cookies', () => {
    for (const token of ['a-token', 'with;semi colon="quotes"', 'ünïcode', 'x'.repeat(1_000)]) {
      const [pair] = sessionCookie(token, false).split('; ');
      expect(tokenInCookie(`a=b; ${pair}; c=d`)).toBe(token);
    }
  });

  it('is neither for scripts nor for other sites, and only for TLS where there is TLS', () => {
    expect(sessionCookie('t', true)).toMatch(/; HttpOnly; SameSite=Strict; Secure$/);
    expect(sessionCookie('t', false)).not.toContain('Secure');
    expect(sessionCookie('t', true)).not.toMatch(/Path|Domain|Expires|Max-Age/);
  });

  it.each([undefined, '', 'other=1', 'performance-gateway-session=', 'x'.repeat(5_000)])('is not in %j', (header) =>
    expect(tokenInCookie(header)).toBeUndefined(),
  );

  it('is not there once it has ended', () => {
    expect(endedCookie(false)).toContain('Max-Age=0');
    expect(tokenInCookie(endedCookie(false).split('; ')[0])).toBeUndefined();
  });
});
