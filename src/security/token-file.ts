import { randomBytes } from 'node:crypto';
import { chmodSync, linkSync, lstatSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TokenFileError } from './security.errors';

const TOKEN = /^[A-Za-z0-9._~-]{16,256}$/;

/**
 * The token kept in `folder`/token, made on first use. Only the owner can read the file, and of two processes that
 * start at once both get the same token. @throws TokenFileError
 */
export function readOrCreateToken(folder: string): { readonly token: string; readonly path: string } {
  const path = join(folder, 'token');
  try {
    return { token: readToken(path) ?? createToken(folder, path), path };
  } catch (error) {
    if (error instanceof TokenFileError) throw error;
    throw new TokenFileError(path, `cannot be read or written (${codeOf(error)})`, { cause: error });
  }
}

function readToken(path: string): string | undefined {
  let text: string;
  try {
    if (!lstatSync(path).isFile()) throw new TokenFileError(path, 'is not a regular file');
    text = readFileSync(path, 'utf8').trim();
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
  if (!TOKEN.test(text)) throw new TokenFileError(path, 'does not hold a token');
  if ((lstatSync(path).mode & 0o077) !== 0) chmodSync(path, 0o600);
  return text;
}

/** Written under another name and linked: no process ever reads half a token, and the first of two processes wins. */
function createToken(folder: string, path: string): string {
  mkdirSync(folder, { recursive: true });
  const token = randomBytes(32).toString('base64url');
  const draft = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`;
  try {
    writeFileSync(draft, `${token}\n`, { mode: 0o600, flag: 'wx' });
    linkSync(draft, path);
    return token;
  } catch (error) {
    const existing = codeOf(error) === 'EEXIST' ? readToken(path) : undefined;
    if (existing === undefined) throw error;
    return existing;
  } finally {
    rmSync(draft, { force: true });
  }
}

function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'unknown';
}
