import fs, {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TokenFileError } from './security.errors';
import { readOrCreateToken } from './token-file';

describe('the generated token', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'token-'));
  });
  afterEach(() => {
    jest.restoreAllMocks();
    rmSync(folder, { recursive: true });
  });

  it('is made once, for the owner only, and used again', () => {
    const { token, path } = readOrCreateToken(join(folder, 'a/b'));
    expect(token).toMatch(/^[A-Za-z0-9._~-]{43}$/);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readFileSync(path, 'utf8')).toBe(`${token}\n`);
    expect(readOrCreateToken(join(folder, 'a/b')).token).toBe(token);
    expect(readdirSync(join(folder, 'a/b'))).toEqual(['token']);
  });

  it('is the one of the process that came first when two start at once', () => {
    const write = fs.writeFileSync;
    jest.spyOn(fs, 'writeFileSync').mockImplementationOnce((...call) => {
      write(join(folder, 'token'), 'the-token-of-the-other-process\n', { mode: 0o600 });
      write(...call);
    });
    expect(readOrCreateToken(folder).token).toBe('the-token-of-the-other-process');
    expect(readdirSync(folder)).toEqual(['token']);
  });

  it('is closed to others when its file was open', () => {
    const { path } = readOrCreateToken(folder);
    chmodSync(path, 0o644);
    readOrCreateToken(folder);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it.each([
    ['holds something else', () => writeFileSync(join(folder, 'token'), 'short'), 'does not hold a token'],
    ['is empty', () => writeFileSync(join(folder, 'token'), ''), 'does not hold a token'],
    ['is a folder', () => mkdirSync(join(folder, 'token')), 'is not a regular file'],
  ])('is refused with a clear sentence when the file %s', (_, prepare, problem) => {
    prepare();
    expect(() => readOrCreateToken(folder)).toThrow(TokenFileError);
    expect(() => readOrCreateToken(folder)).toThrow(new RegExp(`${join(folder, 'token')} ${problem}.*API_TOKENS`));
  });

  it('says so when its folder cannot be made', () => {
    writeFileSync(join(folder, 'file'), '');
    expect(() => readOrCreateToken(join(folder, 'file'))).toThrow(/cannot be read or written \(E(NOTDIR|EXIST)\)/);
  });
});
