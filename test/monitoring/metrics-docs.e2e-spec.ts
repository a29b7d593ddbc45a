import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { MetricsGatherer } from '../../src/monitoring/registry/metrics-gatherer';
import { startApp } from '../support/app';

const BRACES = /^(.*?)\{([^{}]+)\}(.*)$/;

/** `a_{b,c}_d` as a shell would write it out. */
function expanded(pattern: string): string[] {
  const found = BRACES.exec(pattern);
  if (found === null) return [pattern];
  return found[2]!.split(',').flatMap((part) => expanded(found[1]! + part + found[3]!));
}

describe('docs/metrics.md', () => {
  let app: NestExpressApplication;
  beforeAll(async () => {
    app = await startApp();
  });
  afterAll(() => app.close());

  it('names every metric there is, and no other', async () => {
    const page = await readFile(join(__dirname, '../../docs/metrics.md'), 'utf8');
    const [table = ''] = page.split('\n## ');
    const tokens = [...table.matchAll(/`([a-z][a-z0-9_]*_[a-z0-9_{},]*)`/g)].map(([, token]) => token!);
    const documented = tokens.flatMap(expanded).toSorted();
    const existing = app
      .get(MetricsGatherer)
      .families()
      .map(({ name }) => name);
    expect(existing.toSorted()).toEqual(documented);
  });
});
