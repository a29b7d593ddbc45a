/** Shorter ones are words that occur by themselves ("postgres"); tokens have at least 16 characters. */
const MIN_LENGTH = 8;
const CREDENTIALS_IN_URL = /(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/@"']*@/gi;
const AUTHORIZATION = /\b(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{8,}/gi;

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
    return clean.replaceAll(CREDENTIALS_IN_URL, '$1[secret]@').replaceAll(AUTHORIZATION, '$1 [secret]');
  }
}
