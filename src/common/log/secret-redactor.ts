/** Shorter ones are words that occur by themselves ("postgres"); tokens have at least 16 characters. */
const MIN_LENGTH = 8;
/** The end of the scheme is enough: looking for its beginning takes seconds in 40,000 letters without one. */
const CREDENTIALS_IN_URL = /([a-z0-9+.-]:\/\/)[^\s/@"']*@/gi;
const AUTHORIZATION = /\b(Bearer|Basic)(\s+)([\w.~+/=-]+)/gi;

/** Takes known secrets, credentials in URLs and authorization headers out of whatever is about to be written. */
export class SecretRedactor {
  private readonly secrets = new Set<string>();

  constructor(secrets: Iterable<string> = []) {
    for (const secret of secrets) this.add(secret);
  }

  add(secret: string): void {
    if (secret.length < MIN_LENGTH) return;
    this.secrets.add(secret);
    // As it looks inside a JSON line, where quotes and backslashes are escaped.
    this.secrets.add(JSON.stringify(secret).slice(1, -1));
  }

  redact(text: string): string {
    let clean = text;
    for (const secret of this.secrets) {
      if (clean.includes(secret)) clean = clean.replaceAll(secret, '[secret]');
    }
    return clean
      .replaceAll(CREDENTIALS_IN_URL, '$1[secret]@')
      .replaceAll(AUTHORIZATION, (found, scheme: string, blanks: string, token: string) =>
        token.length < MIN_LENGTH ? found : `${scheme}${blanks}[secret]`,
      );
  }
}
