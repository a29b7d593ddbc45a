import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Ajv, type ValidateFunction } from 'ajv';
import { fullFormats } from 'ajv-formats/dist/formats';
import { parse } from 'yaml';
import { startApp } from '../support/app';
import { eventually } from '../support/eventually';
import { judgesFiles } from '../support/judges';
import { PrometheusServer } from '../support/prometheus-server';
import { ADMIN_TOKEN, asAdmin, asReader } from '../support/test-config';
import { WebhookReceiver } from '../support/webhook-receiver';

const run = promisify(execFile);

interface Response {
  readonly schema?: object;
  readonly $ref?: string;
}
interface Description {
  readonly paths: Record<string, Record<string, { readonly responses?: Record<string, Response> }>>;
  readonly responses: Record<string, Response>;
  readonly definitions: object;
}

/** Alertmanager's own description of its API, where the judges' data is beside the project; its schemas are JSON Schema. */
function description(): Description | undefined {
  const [file] = judgesFiles('alertmanager', 'openapi.yaml');
  return file && (parse(file.text) as Description);
}

/** `undefined` where the description leaves the answer open. @throws where it has no such answer */
function schemaOf(method: string, path: string, status: number): ValidateFunction | undefined {
  const document = description();
  if (document === undefined) return undefined;
  const answer = document.paths[path]?.[method.toLowerCase()]?.responses?.[status];
  if (answer === undefined) throw new Error(`${method} ${path} never answers ${status}`);
  const { schema } = answer.$ref === undefined ? answer : document.responses[answer.$ref.split('/').at(-1)!]!;
  if (schema === undefined) return undefined;
  const ajv = new Ajv({ strict: false, formats: fullFormats });
  return ajv.compile({ ...schema, definitions: document.definitions });
}

const METHODS = ['get', 'post', 'put', 'delete'];

const alert = (name: string, severity: string) => ({ labels: { alertname: name, severity }, annotations: { a: 'b' } });

describe("Alertmanager's API v2", () => {
  let app: NestExpressApplication;
  let webhook: WebhookReceiver;
  let folder: string;
  let url: string;

  beforeAll(async () => {
    webhook = await WebhookReceiver.start();
    folder = await mkdtemp(join(tmpdir(), 'alertmanager-api-'));
    const config = join(folder, 'alertmanager.yml');
    await writeFile(
      config,
      `route: {receiver: hook, group_by: [alertname], group_wait: 0s, group_interval: 1s, repeat_interval: 1h}
inhibit_rules: [{source_matchers: [severity=critical], target_matchers: [severity=warning], equal: [alertname]}]
receivers: [{name: hook, webhook_configs: [{url: "${webhook.url}/very-secret-path"}]}]
`,
    );
    app = await startApp({ ALERTMANAGER_CONFIG: config });
    url = `${await app.getUrl()}/performance/alertmanager`;
    await writeFile(
      join(folder, 'http.yml'),
      JSON.stringify({ authorization: { type: 'Bearer', credentials: ADMIN_TOKEN } }),
    );
  });
  afterAll(async () => {
    await app.close();
    await webhook.close();
    await rm(folder, { recursive: true });
  });

  const amtool = async (...args: readonly string[]) => {
    const common = [`--alertmanager.url=${url}`, `--http.config.file=${join(folder, 'http.yml')}`];
    const { stdout, stderr } = await run('amtool', [...args, ...common]);
    expect(stderr).toBe('');
    return stdout;
  };

  async function call(method: string, path: string, body?: object, headers: Record<string, string> = asAdmin) {
    const response = await fetch(`${url}/api/v2${path}`, {
      method,
      headers: { ...headers, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: JSON.parse((await response.text()) || 'null') as unknown };
  }

  it('works with amtool: alerts are added, told and found', async () => {
    await amtool('alert', 'add', 'AddedByAmtool', 'node=a', '--annotation=summary=It is so');
    expect(await amtool('alert', 'query', '-o', 'simple')).toMatch(/AddedByAmtool\s.*It is so/);
    expect(await amtool('alert', 'query', 'node=b')).not.toContain('AddedByAmtool');
    await eventually('it is told', () => webhook.lines.includes('firing AddedByAmtool'));
    const end = new Date().toISOString();
    await amtool('alert', 'add', 'AddedByAmtool', 'node=a', `--end=${end}`);
    await eventually('its end is told', () => webhook.lines.includes('resolved AddedByAmtool'));
  });

  it('works with amtool: silences are made, found, changed and expired, and obeyed', async () => {
    const id = (await amtool('silence', 'add', 'alertname=~"Quiet.*"', '-c', 'a test', '-a', 'me', '-d', '1h')).trim();
    expect(await amtool('silence', 'query')).toContain(id);
    expect(await amtool('silence', 'query', 'alertname=Other')).not.toContain(id);
    await amtool('alert', 'add', 'QuietOne');
    expect(await amtool('alert', 'query', 'QuietOne', '--silenced')).toContain('QuietOne');
    await amtool('silence', 'update', '-d', '2h', '-c', 'another comment', id);
    expect(await amtool('silence', 'query', '-o', 'extended')).toContain('another comment');
    expect(webhook.lines).not.toContain('firing QuietOne');
    await amtool('silence', 'expire', id);
    expect(await amtool('silence', 'query')).not.toContain(id);
    expect(await amtool('silence', 'query', '--expired')).toContain(id);
    await eventually('what was silenced is told', () => webhook.lines.includes('firing QuietOne'));
  });

  it('works with amtool: the configuration is shown without secrets, and routes are tested by it', async () => {
    const shown = await amtool('config', 'show');
    expect(shown).toContain('<secret>');
    expect(shown).not.toContain('very-secret-path');
    expect(await amtool('config', 'routes', 'test', 'a=b')).toBe('hook\n');
  });

  it('answers as its description says', async () => {
    const now = Date.now();
    const time = (ms: number) => new Date(now + ms).toISOString();
    expect(await call('POST', '/alerts', [alert('Both', 'critical'), alert('Both', 'warning')])).toMatchObject({
      status: 200,
    });
    const silence = {
      matchers: [{ name: 'x', value: 'y', isRegex: false }],
      startsAt: time(0),
      endsAt: time(60_000),
      createdBy: 'me',
      comment: 'c',
    };
    const made = await call('POST', '/silences', silence);
    const { silenceID } = made.body as { silenceID: string };
    await eventually('the group is there', async () =>
      JSON.stringify(await call('GET', '/alerts/groups')).includes('Both'),
    );
    const matching = encodeURIComponent('alertname=~"Bo.+"');
    const asked: [method: string, path: string, status: number, sent?: object, to?: string][] = [
      ['GET', '/status', 200],
      ['GET', '/receivers', 200],
      ['GET', '/receivers', 400, undefined, '/receivers?receiver_matchers=x'],
      ['GET', '/alerts', 200],
      ['GET', '/alerts', 200, undefined, `/alerts?filter=${matching}&receiver=ho.k&silenced=false&active=true`],
      ['GET', '/alerts', 400, undefined, '/alerts?filter=x'],
      ['POST', '/alerts', 200, [alert('Both', 'critical')]],
      ['POST', '/alerts', 400, [{ labels: {} }]],
      ['GET', '/alerts/groups', 200, undefined, `/alerts/groups?filter=${matching}&muted=false`],
      ['GET', '/alerts/groups', 400, undefined, '/alerts/groups?receiver=('],
      ['GET', '/silences', 200, undefined, '/silences?filter=x%3D%22y%22&expired=false'],
      ['GET', '/silences', 400, undefined, '/silences?filter=x'],
      ['POST', '/silences', 200, { ...silence, id: silenceID }],
      ['POST', '/silences', 400, { ...silence, matchers: [] }],
      ['POST', '/silences', 404, { ...silence, id: 'nowhere' }],
      ['GET', '/silence/{silenceID}', 200, undefined, `/silence/${silenceID}`],
      ['GET', '/silence/{silenceID}', 404, undefined, '/silence/nowhere'],
      ['DELETE', '/silence/{silenceID}', 200, undefined, `/silence/${silenceID}`],
      ['DELETE', '/silence/{silenceID}', 404, undefined, '/silence/nowhere'],
    ];
    const bodies = new Map<string, unknown>();
    for (const [method, path, status, sent, to = path] of asked) {
      const validate = schemaOf(method, path, status);
      // What Alertmanager does not know it ignores.
      const answer = await call(method, `${to}${to.includes('?') ? '&' : '?'}later=1`, sent);
      const isValid = validate === undefined || validate(answer.body);
      expect([method, to, answer.status, isValid, validate?.errors ?? null]).toEqual([method, to, status, true, null]);
      if (to === path) bodies.set(`${method} ${path}`, answer.body);
    }
    const described = Object.entries(description()?.paths ?? {}).flatMap(([path, operations]) =>
      METHODS.filter((method) => method in operations).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(described.filter((each) => !asked.some(([method, path]) => each === `${method} ${path}`))).toEqual([]);
    const alerts = bodies.get('GET /alerts') as { labels: Record<string, string>; status: { state: string } }[];
    const states = alerts
      .filter(({ labels }) => labels.alertname === 'Both')
      .map((each) => [each.labels.severity, each.status.state]);
    expect(Object.fromEntries(states)).toEqual({ critical: 'active', warning: 'suppressed' });
    const filtered = await call('GET', '/alerts?filter=alertname%3D%22Both%22&inhibited=false');
    expect((filtered.body as unknown[]).length).toBe(1);
    expect((await call('GET', '/alerts?receiver=other')).body).toEqual([]);
  });

  it.each([
    ['GET', '/alerts?filter=x', undefined, 400, 'bad matcher format: x'],
    ['GET', '/alerts?receiver=(', undefined, 400, expect.stringContaining('(')],
    ['POST', '/alerts', [{ labels: { '1a': 'b' } }], 400, '[0] invalid label name "1a"'],
    ['POST', '/alerts', [{ labels: {} }], 400, '[0] at least one label pair required'],
    ['GET', '/silence/nowhere', undefined, 404, expect.any(String)],
    ['DELETE', '/silence/nowhere', undefined, 404, expect.any(String)],
    [
      'POST',
      '/silences',
      {
        matchers: [{ name: 'a', value: '', isRegex: false }],
        startsAt: '2020-01-01T00:00:00Z',
        endsAt: '2099-01-01T00:00:00Z',
        createdBy: '',
        comment: '',
      },
      400,
      'invalid silence: at least one matcher must not match the empty string',
    ],
  ])('says what is wrong: %s %s %j', async (method, path, body, status, said) => {
    expect(await call(method, path, body)).toEqual({ status, body: said });
  });

  it('needs an admin to change anything', async () => {
    expect((await call('POST', '/alerts', [], asReader)).status).toBe(403);
    expect((await call('GET', '/alerts', undefined, {})).status).toBe(401);
  });

  it('takes the alerts of a real Prometheus', async () => {
    const rules = { groups: [{ name: 'g', interval: '1s', rules: [{ alert: 'FromPrometheus', expr: 'vector(1)' }] }] };
    const prometheus = await PrometheusServer.alerting(rules, {
      scheme: 'http',
      path_prefix: '/performance/alertmanager',
      authorization: { credentials: ADMIN_TOKEN },
      static_configs: [{ targets: [new URL(url).host] }],
    });
    try {
      await eventually('it is told', () => webhook.lines.includes('firing FromPrometheus'), { timeoutMs: 30_000 });
    } finally {
      await prometheus.close();
    }
  }, 60_000);
});
