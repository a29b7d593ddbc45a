import { createHash } from 'node:crypto';
import { mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Logger } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { Test } from '@nestjs/testing';
import request from 'supertest';
import { AppModule } from '../../src/app.module';
import { setUpApp } from '../../src/app-setup';
import { startApp } from '../support/app';
import { eventually } from '../support/eventually';
import { asReader, testConfig } from '../support/test-config';
import { ADMIN, bearer, startHttpApp } from './http-app';

const FIRST = 'first-token-0123456789';
const SECOND = 'second-token-0123456789';
const sha256 = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`;

let app: NestExpressApplication | undefined;
const server = () => app!.getHttpServer();
const statusOf = async (token: string, method: 'get' | 'delete' = 'get') => {
  const { status } = await request(app!.getHttpServer())[method]('/performance/items').set(bearer(token));
  return status;
};
const health = async () => {
  const { body } = await request(server()).get('/performance/health').set(asReader).expect(200);
  return body.checks.security as { status: string; message?: string };
};
const failingSeconds = async () => {
  const { text } = await request(server()).get('/metrics').set(asReader).expect(200);
  return Number(/^security_tokens_failing_seconds\{source="file"\} (\S+)$/m.exec(text)?.[1]);
};
afterEach(async () => {
  await app?.close();
  app = undefined;
  jest.restoreAllMocks();
});

describe('the file of tokens', () => {
  let folder: string;
  const path = () => join(folder, 'tokens');
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tokens-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('is read again when it changes, also by a link as Kubernetes does it, and a broken one changes nothing', async () => {
    const warn = jest.spyOn(Logger.prototype, 'warn').mockImplementation();
    await writeFile(join(folder, 'one'), `old read ${sha256(FIRST)}\n`);
    await symlink(join(folder, 'one'), path());
    app = await startHttpApp({ tokensFile: path(), rateLimits: { failedLoginsPerMinute: 100_000 } });
    expect([await statusOf(FIRST), await statusOf(SECOND), await statusOf(ADMIN)]).toEqual([200, 401, 200]);

    await writeFile(join(folder, 'two'), `old read ${sha256(FIRST)}\nnew admin ${sha256(SECOND)}\n`);
    await symlink(join(folder, 'two'), join(folder, 'next'));
    await rename(join(folder, 'next'), path());
    await eventually('the new token works beside the old', async () => (await statusOf(SECOND, 'delete')) === 200);
    expect(await statusOf(FIRST)).toBe(200);

    await writeFile(join(folder, 'two'), 'new admin\n');
    await eventually('the broken file is told', () =>
      warn.mock.calls.some(([line]) => /stay in force: .*line 1 .*third word/.test(String(line))),
    );
    expect([await statusOf(FIRST), await statusOf(SECOND)]).toEqual([200, 200]);

    await writeFile(join(folder, 'two'), `new admin ${sha256(SECOND)} 2020-01-01\n`);
    await eventually('the old token is gone', async () => (await statusOf(FIRST)) === 401);
    const { body, status } = await request(app.getHttpServer()).get('/performance/items').set(bearer(SECOND));
    expect([status, body.detail]).toEqual([401, 'The token has expired.']);
    expect(warn.mock.calls.flat().join()).toContain('These tokens have expired and are refused: new');
  }, 60_000);

  it('ends the start when it cannot be used, with its name and line', async () => {
    await expect(startHttpApp({ tokensFile: path() })).rejects.toThrow(/tokens cannot be used: ENOENT/);
    await writeFile(path(), 'x read short');
    await expect(startHttpApp({ tokensFile: path() })).rejects.toThrow(/line 1 must have a token of 16 to 512/);
  });
});

describe('the file of tokens in the service', () => {
  let folder: string;
  const path = () => join(folder, 'tokens');
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tokens-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('shows in health and in a metric while it cannot be used, with what to do, and the tokens before go on', async () => {
    await writeFile(path(), `one read ${sha256(FIRST)}\n`);
    app = await startApp({ API_TOKENS_FILE: path() });
    expect([(await health()).status, await failingSeconds()]).toEqual(['up', 0]);
    await rm(path());
    await eventually('health tells it', async () => (await health()).status === 'degraded');
    expect((await health()).message).toMatch(/tokens that were read before are in force: .*ENOENT.* Mend it/);
    expect(await failingSeconds()).toBeGreaterThan(0);
    await request(server()).get('/performance').set(bearer(FIRST)).expect(200);
    // The very same file again.
    await writeFile(path(), `one read ${sha256(FIRST)}\n`);
    await eventually('all is well again', async () => (await health()).status === 'up');
    expect(await failingSeconds()).toBe(0);
  });

  it('is read once more before the first request, since it may have changed while the service started', async () => {
    await writeFile(path(), `one read ${sha256(FIRST)}\n`);
    const config = testConfig({ API_TOKENS_FILE: path() });
    const imports = [AppModule.forRoot(config)];
    await writeFile(path(), `two read ${sha256(SECOND)}\n`);
    app = (await Test.createTestingModule({ imports }).compile()).createNestApplication<NestExpressApplication>();
    setUpApp(app, config);
    await app.listen(0, '127.0.0.1');
    await request(server()).get('/performance').set(bearer(SECOND)).expect(200);
    await request(server()).get('/performance').set(bearer(FIRST)).expect(401);
  });
});

/** Signs with the key what an issuer says of alice. */
const signer =
  ({ privateKey }: { readonly privateKey: Parameters<SignJWT['sign']>[0] }) =>
  (
    claims: Readonly<Record<string, unknown>>,
    expires = '5m',
    { issuer = 'https://issuer.example', audience = 'performance' } = {},
  ) =>
    new SignJWT({ sub: 'alice', ...claims })
      .setProtectedHeader({ alg: 'ES256', kid: 'k1' })
      .setIssuer(issuer)
      .setAudience(audience)
      .setExpirationTime(expires)
      .sign(privateKey);

describe('JSON Web Tokens', () => {
  let issuer: Server;
  let jwksUrl: string;
  let sign: ReturnType<typeof signer>;
  let foreign: typeof sign;
  let keys: unknown;

  beforeAll(async () => {
    const pair = await generateKeyPair('ES256');
    keys = { keys: [{ ...(await exportJWK(pair.publicKey)), kid: 'k1', alg: 'ES256', use: 'sig' }] };
    [sign, foreign] = [signer(pair), signer(await generateKeyPair('ES256'))];
    issuer = createServer((_request, response) => response.end(JSON.stringify(keys)));
    await new Promise<void>((resolve) => issuer.listen(0, '127.0.0.1', resolve));
    jwksUrl = `http://127.0.0.1:${(issuer.address() as AddressInfo).port}/jwks`;
  });
  afterAll(() => issuer.close());

  const jwt = () => ({
    jwksUrl,
    issuer: 'https://issuer.example',
    audience: 'performance',
    scopeClaim: 'scope',
    readScope: 'performance:read',
    adminScope: 'performance:admin',
  });

  it('are taken by their scopes when the issuer signed them for us, beside the tokens of ours', async () => {
    app = await startHttpApp({ jwt: jwt() });
    const read = await sign({ scope: 'openid performance:read' });
    const admin = await sign({ scope: ['performance:admin'] });
    expect([await statusOf(read), await statusOf(read, 'delete')]).toEqual([200, 403]);
    expect([await statusOf(admin), await statusOf(admin, 'delete')]).toEqual([200, 200]);
    expect(await statusOf(ADMIN)).toBe(200);
    const tampered = `${read.slice(0, -6)}AAAAAA`;
    const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${read.split('.')[1]}.`;
    const refused = [
      await foreign({ scope: 'performance:admin' }),
      tampered,
      unsigned,
      await sign({}),
      await sign({ scope: 'performance:read' }, '-1h'),
    ];
    for (const token of refused) expect(await statusOf(token)).toBe(401);
  });

  it('of another issuer, or made for another service, are refused, and without both names nothing starts', async () => {
    const made = { issuer: 'https://issuer.example', audience: 'performance' };
    const statusFor = async (given: Partial<typeof made>) =>
      statusOf(await sign({ scope: 'performance:admin' }, '5m', { ...made, ...given }));
    app = await startHttpApp({ jwt: jwt() });
    expect(await statusFor({})).toBe(200);
    expect(await statusFor({ issuer: 'https://other.example' })).toBe(401);
    expect(await statusFor({ audience: 'billing' })).toBe(401);
    const { issuer: _issuer, audience: _audience, ...anyIssuer } = jwt();
    await expect(startHttpApp({ jwt: anyIssuer })).rejects.toThrow(/jwt\.issuer must be given.*\n.*jwt\.audience/);
  });

  it('are neither right nor wrong, nor guesses, while the keys cannot be had', async () => {
    const warn = jest.spyOn(Logger.prototype, 'warn').mockImplementation();
    const gone = createServer();
    await new Promise<void>((resolve) => gone.listen(0, '127.0.0.1', resolve));
    const { port } = gone.address() as AddressInfo;
    await new Promise((resolve) => gone.close(resolve));
    app = await startHttpApp({ jwt: { ...jwt(), jwksUrl: `http://127.0.0.1:${port}/jwks` } });
    const token = await sign({ scope: 'performance:read' });
    for (let attempt = 0; attempt < 25; attempt++) expect(await statusOf(token)).toBe(503);
    expect(warn.mock.calls.filter(([line]) => String(line).startsWith('The keys for JWTs cannot be had'))).toHaveLength(
      1,
    );
    const security = async () => {
      const { body } = await request(app!.getHttpServer()).get('/livez?verbose').set(bearer(ADMIN)).expect(200);
      return body.checks.security.state as string;
    };
    expect(await security()).toBe('degraded');
    // The issuer is back, and no token comes: it is noticed all the same.
    const back = createServer((_request, response) => response.end(JSON.stringify(keys)));
    await new Promise<void>((resolve) => back.listen(port, '127.0.0.1', resolve));
    try {
      await eventually('the keys are there again', async () => (await security()) === 'up', { timeoutMs: 20_000 });
      expect(await statusOf(token)).toBe(200);
    } finally {
      await new Promise((resolve) => back.close(resolve));
    }
  });
});
