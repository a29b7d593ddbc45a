import { execFile } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createConfig, lintFromString } from '@redocly/openapi-core';
import { Spectral } from '@stoplight/spectral-core';
import { oas } from '@stoplight/spectral-rulesets';
import { eventually } from '../support/eventually';
import { PostgresServer } from '../support/postgres-server';
import { dataFolder, ServiceProcess } from '../support/service-process';
import { ADMIN_TOKEN } from '../support/test-config';

const run = promisify(execFile);
const CLIENT = join(__dirname, 'client');
const METHODS = ['get', 'put', 'post', 'delete', 'patch'];

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}
interface Operation {
  readonly parameters?: readonly Parameter[];
  readonly summary?: string;
}
interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly schema: { readonly example?: string; readonly items?: { readonly example?: string } };
}

const bin = (name: string) => join(__dirname, '../../node_modules/.bin', name);

function parametersOf({ paths }: Document, path: string): string[] {
  const { parameters = [] } = paths[`/performance/prometheus/api/v1/${path}`]!['get']!;
  return parameters.map(({ name }) => name);
}

async function resize(url: string, body: object) {
  const response = await fetch(`${url}/performance/pools/postgres`, {
    method: 'PATCH',
    headers: { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as { max?: number; detail?: string } };
}

/** Comments become part of the description when the service is built, so it is the built one that is asked. */
describe('the description of the API', () => {
  let folder: Awaited<ReturnType<typeof dataFolder>>;
  let postgres: PostgresServer;
  let service: ServiceProcess;
  let text: string;
  let document: Document;
  beforeAll(async () => {
    [folder, postgres] = await Promise.all([dataFolder(), PostgresServer.start()]);
    service = await ServiceProcess.start(
      { POSTGRES_URL: postgres.url, RATE_LIMIT_ENABLED: 'false', METRICS_SAMPLE_INTERVAL_SECONDS: '1' },
      folder.path,
    );
    text = await (await fetch(`${service.url}/docs-json`)).text();
    document = JSON.parse(text) as Document;
  }, 60_000);
  afterAll(async () => {
    await service.kill('SIGTERM');
    await postgres.close();
    await folder.remove();
  });

  it('keeps the recommended rules of Redocly', async () => {
    const problems = await lintFromString({ source: text, config: await createConfig({ extends: ['recommended'] }) });
    expect(problems.map(({ ruleId, message, location }) => [ruleId, message, location[0]?.pointer])).toEqual([]);
  }, 60_000);

  it('keeps the rules of Spectral', async () => {
    const spectral = new Spectral();
    spectral.setRuleset({ extends: [oas as never] });
    const problems = await spectral.run(text);
    expect(problems.map(({ code, message, path }) => [code, message, path.join('.')])).toEqual([]);
  }, 60_000);

  it('says of each route what it does, and of each GET of PromQL which parameters it has', () => {
    for (const [path, item] of Object.entries(document.paths)) {
      for (const method of METHODS) {
        if (item[method] !== undefined)
          expect([path, method, item[method].summary]).toEqual([path, method, expect.stringMatching(/./)]);
      }
    }
    expect(parametersOf(document, 'query')).toEqual(['query', 'time', 'timeout', 'limit', 'stats', 'instance']);
    expect(parametersOf(document, 'query_range')).toEqual([
      'query',
      'start',
      'end',
      'step',
      'timeout',
      'limit',
      'stats',
      'instance',
    ]);
    expect(parametersOf(document, 'series')).toEqual(['match[]', 'start', 'end', 'limit', 'instance']);
  });

  it('has examples that this service answers with something: metrics it has, times of now', async () => {
    const headers = { authorization: `Bearer ${ADMIN_TOKEN}` };
    await fetch(`${service.url}/performance`, { headers });
    const asked = async (path: string, parameters: readonly Parameter[] = []) => {
      const query = new URLSearchParams();
      let filled = path;
      for (const { name, in: where, schema } of parameters) {
        const example = schema.example ?? schema.items?.example;
        if (example === undefined) continue;
        if (where === 'path') filled = filled.replace(`{${name}}`, encodeURIComponent(example));
        else query.set(name, example);
      }
      const response = await fetch(`${service.url}${filled}?${query}`, { headers });
      return { status: response.status, body: (await response.json()) as { data: { result?: unknown[] } & unknown[] } };
    };
    const base = '/performance/prometheus/api/v1';
    for (const path of ['query', 'query_range', 'series', 'labels', 'label/{name}/values', 'targets/metadata']) {
      const { parameters } = document.paths[`${base}/${path}`]!['get']!;
      await eventually(
        `${path} has an answer`,
        async () => {
          // Times of now: those of the document lie in the minute it was made in.
          const later = parameters!.filter(({ name }) => !['time', 'end'].includes(name) || path === 'query_range');
          const { status, body } = await asked(
            `${base}/${path}`,
            path === 'query_range' ? await presentParameters(path) : later,
          );
          expect(status).toBe(200);
          return (body.data.result ?? body.data).length > 0;
        },
        { timeoutMs: 90_000, everyMs: 500 },
      );
    }
    const pool = document.paths['/performance/pools/{name}']!['get']!.parameters;
    expect((await asked('/performance/pools/{name}', pool)).status).toBe(200);
  }, 120_000);

  /** As the document has them now. */
  async function presentParameters(path: string): Promise<readonly Parameter[]> {
    const present = (await (await fetch(`${service.url}/docs-json`)).json()) as Document;
    return present.paths[`/performance/prometheus/api/v1/${path}`]!['get']!.parameters!;
  }

  it('offers limits that a pool can have, and those its server cannot are refused', async () => {
    const [{ most }] = (await postgres.query<{ most: number }>(
      `SELECT current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int AS most`,
    )) as [{ most: number }];
    const refused = await resize(service.url, { max: most + 1 });
    expect([refused.status, refused.body.detail]).toEqual([
      422,
      `Pool "postgres" cannot have min 5 and max ${most + 1}: its server takes ${most} connections in all.`,
    ]);
    const { example } = (JSON.parse(text) as { components: { schemas: { PoolLimits: { example: object } } } })
      .components.schemas.PoolLimits;
    expect(await resize(service.url, example)).toMatchObject({ status: 200, body: example });
  });

  it('makes a client that compiles and calls every route', async () => {
    const generated = join(CLIENT, 'generated');
    await mkdir(generated, { recursive: true });
    try {
      await writeFile(join(generated, 'openapi.json'), text);
      await run(bin('openapi-typescript'), [
        join(generated, 'openapi.json'),
        '-o',
        join(generated, 'api.d.ts'),
        '--default-non-nullable=false',
      ]);
      await run(bin('tsc'), ['-p', CLIENT]).catch((error: { stdout: string }) => {
        throw new Error(error.stdout);
      });
      const script = [join(__dirname, '../support/run-typescript.mjs'), join(CLIENT, 'every-route.ts')];
      const { stdout } = await run(process.execPath, [...script, service.url, ADMIN_TOKEN]);
      const called = new Set(JSON.parse(stdout) as string[]);
      const described = Object.entries(document.paths).flatMap(([path, item]) =>
        METHODS.filter((method) => item[method] !== undefined).map((method) => `${method} ${path}`),
      );
      expect([...called].toSorted()).toEqual(described.toSorted());
    } finally {
      await rm(generated, { recursive: true, force: true });
    }
  }, 120_000);
});
