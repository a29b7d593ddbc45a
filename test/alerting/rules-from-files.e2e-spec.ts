import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NestExpressApplication } from '@nestjs/platform-express';
import request from 'supertest';
import { startApp } from '../support/app';
import { eventually } from '../support/eventually';
import { asAdmin, asReader } from '../support/test-config';

const rules = (alert: string, expr = 'vector(1)') =>
  `groups:\n  - name: ${alert}\n    rules:\n      - alert: ${alert}\n        expr: ${expr}\n`;

describe('rules from files (ALERT_RULES)', () => {
  let app: NestExpressApplication;
  let folder: string;
  const file = (name: string) => join(folder, name);
  const http = () => request(app.getHttpServer());
  const groups = async () => {
    const { body } = await http().get('/performance/alerts/rules').set(asReader).expect(200);
    return (body as { name: string; source: string }[]).filter(({ source }) => source.startsWith('file:'));
  };
  const names = async () => (await groups()).map(({ name }) => name).toSorted();
  const firing = async () => {
    const { body } = await http().get('/performance/alerts').set(asReader).expect(200);
    return JSON.stringify(body);
  };
  const reload = async () => {
    const { body } = await http().post('/performance/alerts/rules/reload').set(asAdmin).expect(200);
    return body as { file: string; groups: number; problems: string[] }[];
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'alert-rules-'));
    await writeFile(file('one.yml'), rules('FromOne'));
    await writeFile(file('a.rules.yml'), rules('FromGlob'));
    app = await startApp({
      ALERT_RULES: `${file('one.yml')},${file('*.rules.yml')}`,
      METRICS_SAMPLE_INTERVAL_SECONDS: '1',
    });
  });
  afterAll(async () => {
    await app?.close();
    await rm(folder, { recursive: true });
  });

  it('are evaluated from the start on, those of a glob, too', async () => {
    expect(await names()).toEqual(['FromGlob', 'FromOne']);
    await eventually('both fire', async () => {
      const said = await firing();
      return said.includes('FromOne') && said.includes('FromGlob');
    });
  });

  it('are read again by themselves when a file changes, comes or goes', async () => {
    await writeFile(file('next'), rules('Changed'));
    await rename(file('next'), file('one.yml'));
    await writeFile(file('b.rules.yml'), rules('Added'));
    await rm(file('a.rules.yml'));
    await eventually('the groups are those of the files', async () => (await names()).join() === 'Added,Changed', {
      timeoutMs: 20_000,
    });
  });

  it('stay as they were when a file is wrong, and the answer has line and reason', async () => {
    await writeFile(file('one.yml'), rules('Broken', 'sum(('));
    const outcomes = await reload();
    const of = (name: string) => outcomes.find((outcome) => outcome.file === file(name))!;
    expect(of('b.rules.yml')).toMatchObject({ groups: 1, problems: [] });
    expect(of('one.yml').problems[0]).toMatch(/one\.yml:5:\d+: .*(parse error|unclosed|unexpected)/);
    expect(await names()).toEqual(['Added', 'Changed']);
    await rm(file('one.yml'));
    expect((await reload()).find(({ file: name }) => name === file('one.yml'))!.problems[0]).toContain('ENOENT');
    expect(await names()).toEqual(['Added', 'Changed']);
    await writeFile(file('one.yml'), rules('Mended'));
    expect((await reload()).every(({ problems }) => problems.length === 0)).toBe(true);
    expect(await names()).toEqual(['Added', 'Mended']);
  });
});
