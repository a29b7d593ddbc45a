import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseEnv, promisify } from 'node:util';
import { ENV_VARIABLES } from '../src/config/env-variables';
import { SERVICE_VERSION } from '../src/common/service-version';
import { dataFolder } from './support/service-process';

const run = promisify(execFile);
const START = join(__dirname, '../scripts/start.mjs');

describe('the command line', () => {
  let folder: Awaited<ReturnType<typeof dataFolder>>;
  beforeAll(async () => {
    folder = await dataFolder();
  });
  afterAll(() => folder.remove());

  const call = async (args: readonly string[], env: Readonly<Record<string, string>> = {}) => {
    try {
      const options = { cwd: folder.path, env: { PATH: process.env.PATH, ...env } };
      const { stdout, stderr } = await run(process.execPath, [START, ...args], options);
      return { code: 0, stdout, stderr };
    } catch (error) {
      return error as { code: number; stdout: string; stderr: string };
    }
  };

  it('names every variable with --help, and the version with --version', async () => {
    const { code, stdout } = await call(['--help']);
    expect(code).toBe(0);
    for (const { name } of ENV_VARIABLES) expect(stdout).toMatch(new RegExp(`^  ${name}( \\(.*\\))?$`, 'm'));
    for (const part of ['service', 'pools', 'cache', 'monitoring', 'security']) {
      expect(stdout).toMatch(new RegExp(`^${part}$`, 'm'));
    }
    expect((await call(['-v'])).stdout).toBe(`${SERVICE_VERSION}\n`);
  });

  it('refuses what it does not know, with its usage', async () => {
    const { code, stderr } = await call(['--port', '80']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/'--port'[\s\S]*--print-config/);
  });

  it('checks the configuration with --check: all problems at once, also of files', async () => {
    expect(await call(['--check'])).toMatchObject({ code: 0, stdout: 'The configuration can be used.\n' });
    await writeFile(join(folder.path, 'tokens'), 'x read short\n');
    const wrong = await call(['--check'], {
      PORT: '99999',
      POSTGRES_MAX_SIZE: 'many',
      POSTGRES_CA_FILE: '/nowhere/ca.pem',
    });
    expect(wrong.code).toBe(1);
    expect(wrong.stderr).toMatch(/^The configuration has 3 problems:\n/);
    for (const name of ['PORT', 'POSTGRES_MAX_SIZE', 'POSTGRES_CA_FILE'])
      expect(wrong.stderr).toContain(`  ${name}: expected`);
    const tokens = await call(['--check'], { API_TOKENS_FILE: join(folder.path, 'tokens') });
    expect([tokens.code, tokens.stderr]).toEqual([1, expect.stringMatching(/line 1 must have a token/)]);
    const misspelt = await call(['--check'], { REDIS_ULR: 'redis://a' });
    expect([misspelt.code, misspelt.stdout]).toEqual([0, expect.stringMatching(/REDIS_ULR is none .* REDIS_URL/)]);
  });

  it('prints the configuration in force with --print-config, as an .env and without secrets', async () => {
    await writeFile(join(folder.path, '.env'), 'CACHE_PREFIX=of-the-file\n');
    const { stdout } = await call(['--print-config'], {
      REDIS_URL: 'redis://alice:s3cret-of-redis@cache:6379/1',
      API_TOKENS: 'admin:token-0123456789-abcdef',
      QDRANT_API_KEY: 'key-of-qdrant-0123',
      LOG_LEVEL: 'debug',
    });
    expect(stdout).not.toMatch(/s3cret|token-0123|key-of/);
    const parsed = parseEnv(stdout);
    expect(parsed).toEqual({
      REDIS_URL: 'redis://[secret]@cache:6379/1',
      API_TOKENS: '[secret]',
      QDRANT_API_KEY: '[secret]',
      LOG_LEVEL: 'debug',
      CACHE_PREFIX: 'of-the-file',
    });
    expect(stdout).toMatch(/^# PORT=\d+$/m);
  });

  it('starts the service without options, as `npx performance-gateway` does', async () => {
    const child = spawn(process.execPath, [START], {
      cwd: folder.path,
      env: { PATH: process.env.PATH, PORT: '0', HOST: '127.0.0.1', DATA_DIR: folder.path, EMBEDDED_POSTGRES: 'false' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const exited = once(child, 'exit');
    while (!said.includes('Dashboard: ') && child.exitCode === null) await once(child.stdout, 'data');
    child.kill('SIGTERM');
    expect(await exited).toEqual([0, null]);
    expect(said).not.toMatch(/Warning/);
  }, 60_000);
});
