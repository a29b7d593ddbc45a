import { PromqlEngine } from '../../src/monitoring/promql/promql.engine';
import { PrometheusServer } from '../support/prometheus-server';
import { type Answer, askEngine, askPrometheus, difference, type When } from './comparison';
import { BEGIN_MS, comparisonData, END_MS } from './comparison-data';
import { compressedSource } from './compressed-source';
import { openMetricsText } from './openmetrics-text';
import { CORPUS } from './query-corpus';
import { QueryGenerator } from './query-generator';
import { seeded } from './seeded';

const GENERATED = 1_000;
const BEGIN = BEGIN_MS / 1_000;
const WHEN: readonly When[] = [
  { time: BEGIN + 3_605 },
  { time: BEGIN + 7_123.456 },
  { start: BEGIN + 600, end: BEGIN + 7_000, step: 61 },
];

/** Whether a query says in which order its answer comes. */
const isOrdered = (query: string) => /^sort(_desc)?\(temperature\)$|^(topk|bottomk)\(3, requests_total\)$/.test(query);

describe('PromQL beside a real Prometheus 2.42', () => {
  const data = comparisonData();
  // The store of the service itself, so that what it keeps is compared too.
  const engine = new PromqlEngine(compressedSource(data, END_MS));
  let prometheus: PrometheusServer;
  beforeAll(async () => {
    prometheus = await PrometheusServer.start(openMetricsText(data));
  }, 60_000);
  afterAll(() => prometheus.close());

  async function compare(queries: readonly string[]) {
    const differences: string[] = [];
    const answers: Answer[] = [];
    for (const query of queries) {
      for (const when of WHEN) {
        const [expected, actual] = await Promise.all([
          askPrometheus(prometheus.url, query, when),
          askEngine(engine, query, when),
        ]);
        const differs = difference(expected, actual, 'time' in when && isOrdered(query));
        if (differs) differences.push(`${query} at ${JSON.stringify(when)}: ${differs}`);
        answers.push(expected);
      }
    }
    return { differences, answers };
  }

  it('gives the same answers and refusals to queries for every corner of the language', async () => {
    const { differences, answers } = await compare(CORPUS);
    expect(differences).toEqual([]);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 400, 422]));
  }, 60_000);

  it(`gives the same answers to ${GENERATED} generated queries`, async () => {
    const generator = new QueryGenerator(seeded(2_42));
    const queries = new Set<string>();
    while (queries.size < GENERATED) queries.add(generator.query());
    const { differences, answers } = await compare([...queries]);
    expect(differences).toEqual([]);
    // A generator whose queries all failed, or all found nothing, would prove nothing.
    const found = answers.filter(({ data: answer }) => ((answer?.result as unknown[] | undefined)?.length ?? 0) > 0);
    expect(found.length).toBeGreaterThan(answers.length / 2);
  }, 120_000);
});
