import { readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { groupParts } from '../../src/alerting/rules/group-parts';
import { GroupRun } from '../../src/alerting/rules/group-run';
import { MemorySeries } from '../../src/alerting/rules/memory-series';
import { groupsOf } from '../../src/alerting/rules/rule-group-input';
import { shippedRules } from '../../src/alerting/rules/shipped/shipped-rules';
import { resolveAlertingOptions } from '../../src/alerting/alerting.module-definition';
import { SystemClock } from '../../src/common/clock';
import { MetricsGatherer } from '../../src/monitoring/registry/metrics-gatherer';
import { PromqlEngine } from '../../src/monitoring/promql/promql-engine';
import { Labels } from '../../src/monitoring/series/labels';
import { startApp } from '../support/app';

const MINUTE_MS = 60_000;
const MINUTES = 24 * 60;
const START = 1_700_000_040_000;
const groups = groupsOf(shippedRules(resolveAlertingOptions({}, { sampleIntervalMs: 10_000 })));
const names = new Set(groups.flatMap(({ rules }) => rules.map(({ name }) => name)));

interface Measured {
  readonly labels: Labels;
  readonly counts: boolean;
  readonly value: number;
}

/** What a service that does nothing measures of itself, by the metrics it really has. */
async function measured(): Promise<Measured[]> {
  const app = await startApp();
  try {
    const series: Measured[] = [];
    for await (const metric of app.get(MetricsGatherer, { strict: false }).gather(Date.now())) {
      for (const { series: one, value } of metric.samples()) {
        const labels = Labels.from({ ...one.labels, __name__: one.name });
        series.push({ labels, counts: metric.type === 'counter' || metric.type === 'histogram', value });
      }
    }
    return series;
  } finally {
    await app.close();
  }
}

/** A day of it: gauges stay about as they are, counters of work go on, those of trouble stand still, jobs run. */
function day(series: readonly Measured[]): MemorySeries {
  const store = new MemorySeries();
  for (const { labels, counts, value } of series) {
    const { name } = labels;
    const trouble = /error|fail|timeout|leak|reject|miss|drop|overflow|evict|lost|losses|skipped|steps/.test(name);
    for (let minute = 0; minute <= MINUTES; minute++) {
      const atMs = START + minute * MINUTE_MS;
      const wave = 1 + 0.05 * Math.sin(minute / 60);
      if (name.endsWith('_timestamp_seconds'))
        store.append(labels, atMs, name.includes('last_run') ? atMs / 1_000 : value);
      else if (counts) store.append(labels, atMs, trouble ? value : value + minute);
      else if (name.endsWith('utilization_ratio')) store.append(labels, atMs, 0.15 * wave);
      else if (/_(failing|lag|age)_seconds$/.test(name)) store.append(labels, atMs, 0.5);
      else store.append(labels, atMs, value);
    }
  }
  return store;
}

describe('the shipped rules', () => {
  it('have a page each, that says what it means, how to see it and what to do', () => {
    const folder = resolve(__dirname, '../../docs/runbooks');
    const pages = readdirSync(folder).map((file) => file.replace(/\.md$/, ''));
    expect(pages.toSorted()).toEqual([...names, 'AlertRulesUnknown'].toSorted());
    for (const page of pages) {
      const headings = readFileSync(join(folder, `${page}.md`), 'utf8').match(/^#+ .+$/gm);
      expect(headings).toEqual([`# ${page}`, '## What it means', '## How to see it', '## What to do']);
    }
  });

  it('do not fire on a healthy idle machine in a day, but for the watchdog', async () => {
    const series = await measured();
    expect(series.length).toBeGreaterThan(200);
    const store = day(series);
    const parts = groupParts({
      engine: new PromqlEngine(store),
      sink: new MemorySeries(),
      clock: new SystemClock(),
      surroundings: { externalLabels: {}, externalUrl: '' },
    });
    const runs = groups.map((group) => new GroupRun(group, 'built-in', MINUTE_MS, parts));
    const told = new Set<string>();
    for (let minute = 0; minute <= MINUTES; minute += 2) {
      for (const run of runs) {
        for (const { labels } of await run.evaluate(START + minute * MINUTE_MS)) told.add(labels.alertname!);
        for (const { health, rule } of run.rules) expect([rule.name, health.lastError]).toEqual([rule.name, undefined]);
      }
    }
    expect([...told]).toEqual(['Watchdog']);
  }, 120_000);
});
