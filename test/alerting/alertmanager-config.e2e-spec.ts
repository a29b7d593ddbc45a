import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parseAlertmanagerConfig } from '../../src/alerting/notifications/config/alertmanager-config';
import { AlertmanagerConfigError } from '../../src/alerting/notifications/notifications.errors';
import { routesFor, routeTree } from '../../src/alerting/notifications/routing/route-tree';
import { CORPUS, ROUTED } from '../support/alertmanager-corpus';
import { judgesFiles } from '../support/judges';

const run = promisify(execFile);
/** How many amtools run at a time. */
const AT_ONCE = 8;
/** What amtool takes and we refuse by name: receivers that we cannot call. */
const NOT_OURS = /needs what is not supported here/;

/** Undefined: it is good. */
function ourProblem(text: string): string | undefined {
  try {
    parseAlertmanagerConfig(text);
    return undefined;
  } catch (error) {
    if (error instanceof AlertmanagerConfigError) return error.message;
    throw error;
  }
}

describe("a configuration in Alertmanager's format", () => {
  let folder: string;
  beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), 'amtool-'))));
  afterAll(() => rm(folder, { recursive: true }));

  let files = 0;
  const amtool = async (text: string, ...args: readonly string[]) => {
    const file = join(folder, `${files++}.yml`);
    await writeFile(file, text);
    return (
      await run(
        'amtool',
        args.map((arg) => (arg === 'FILE' ? file : arg)),
      )
    ).stdout; // fails with its exit code
  };
  const isGoodToAmtool = (text: string) =>
    amtool(text, 'check-config', 'FILE').then(
      () => true,
      () => false,
    );

  it('is judged as amtool check-config judges it', async () => {
    const texts = [...CORPUS.map(([text]) => text), ...judgesFiles('alertmanager', '**/*.yml').map(({ text }) => text)];
    const verdicts: unknown[] = [];
    await forEach(texts, async (text) => {
      const theirs = await isGoodToAmtool(text);
      const problem = ourProblem(text);
      if (theirs !== (problem === undefined) && !(theirs && NOT_OURS.test(problem!))) {
        verdicts.push({ text, theirs, problem });
      }
    });
    expect(verdicts).toEqual([]);
    expect(texts.length).toBeGreaterThan(130);
  }, 60_000);

  it('routes 216 label sets as amtool config routes test does', async () => {
    const trees = [ROUTED, ...judgesFiles('alertmanager', 'cli/testdata/conf.routing*.yml').map(({ text }) => text)];
    const values = { team: ['', 'db', 'web', 'ops'], severity: ['', 'critical', 'page'], cluster: ['', 'test1', 'eu'] };
    const names = ['DiskFull', 'Slow', ''];
    const more = names.flatMap((alertname): Record<string, string>[] => [{ alertname }, { alertname, owner: 'x' }]);
    const asked: { tree: string; root: ReturnType<typeof routeTree>; labels: Record<string, string> }[] = [];
    for (const tree of trees) {
      const root = routeTree(parseAlertmanagerConfig(tree).route);
      for (const team of values.team) {
        for (const severity of tree === ROUTED ? values.severity : ['']) {
          for (const cluster of tree === ROUTED ? values.cluster : ['']) {
            for (const extra of tree === ROUTED ? more : [{ test: '1' }, { test: '2' }, { test: '3' }, { a: 'b' }]) {
              const all = Object.entries({ team, severity, cluster, ...extra } as Record<string, string>);
              const labels = Object.fromEntries(all.filter(([, value]) => value !== ''));
              asked.push({ tree, root, labels });
            }
          }
        }
      }
    }
    await forEach(asked, async ({ tree, root, labels }) => {
      const words = Object.entries(labels).map(([name, value]) => `${name}=${value}`);
      const theirs = await amtool(tree, 'config', 'routes', 'test', '--config.file', 'FILE', ...words);
      const ours = routesFor(root, labels).map(({ receiver }) => receiver);
      expect([labels, ours.join(',')]).toEqual([labels, theirs.trim()]);
    });
    expect(asked.length).toBeGreaterThanOrEqual(216);
  }, 60_000);
});

/** Does it for each, a few at a time. */
async function forEach<T>(all: readonly T[], act: (one: T) => Promise<void>): Promise<void> {
  const rest = all.values();
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (const one of rest) await act(one);
    }),
  );
}
