import { PromqlEngine } from '../../src/monitoring/promql/promql-engine';
import { PrometheusServer } from '../support/prometheus-server';
import { remoteWrite } from '../support/remote-write';
import { type Answer, askEngine, askPrometheus, difference, type When } from './comparison';
import { BEGIN_MS, comparisonData, STALE_BEGIN_MS, STALE_QUERIES, staleData } from './comparison-data';
import { compressedSource } from './compressed-source';
import { inLanes } from './lanes';
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

/** The answers that hold something. */
const found = (answers: readonly Answer[]): Answer[] =>
  answers.filter(({ data }) => ((data?.result as unknown[] | undefined)?.length ?? 0) > 0);

describe('PromQL beside a real Prometheus 2.42', () => {
  const data = comparisonData();
  const ending = staleData();
  // The store of the service itself, so that what it keeps is compared too.
  const engine = new PromqlEngine(compressedSource([...data, ...ending], STALE_BEGIN_MS + 3_600_000));
  let prometheus: PrometheusServer;
  beforeAll(async () => {
    prometheus = await PrometheusServer.start(openMetricsText(data));
    await remoteWrite(prometheus.url, ending);
  }, 60_000);
  afterAll(() => prometheus.close());

  async function compare(queries: readonly string[], times: readonly When[] = WHEN) {
    const differences: string[] = [];
    const answers: Answer[] = [];
    const questions = queries.flatMap((query) => times.map((when) => ({ query, when })));
    await inLanes(questions, async ({ query, when }) => {
      const [expected, actual] = await Promise.all([
        askPrometheus(prometheus.url, query, when),
        askEngine(engine, query, when),
      ]);
      const differs = difference(expected, actual, 'time' in when && isOrdered(query));
      if (differs) differences.push(`${query} at ${JSON.stringify(when)}: ${differs}`);
      answers.push(expected);
    });
    return { differences, answers };
  }

  it('gives the same answers and refusals to queries for every corner of the language', async () => {
    const { differences, answers } = await compare(CORPUS);
    expect(differences).toEqual([]);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 400, 422]));
  }, 60_000);

  it('sees series end, and come back, at the same times', async () => {
    const begin = STALE_BEGIN_MS / 1_000;
    const times = [
      ...[0, 90, 285, 300, 315, 480, 570, 571, 900].map((offset) => ({ time: begin + offset })),
      { start: begin - 60, end: begin + 1_500, step: 7 },
      { start: begin, end: begin + 1_500, step: 30 },
    ];
    const { differences, answers } = await compare(STALE_QUERIES, times);
    expect(differences).toEqual([]);
    expect(found(answers).length).toBeGreaterThan(answers.length / 2);
  }, 60_000);

  it(`gives the same answers to ${GENERATED} generated queries`, async () => {
    const generator = new QueryGenerator(seeded(2_42));
    const queries = new Set<string>();
    while (queries.size < GENERATED) queries.add(generator.query());
    const { differences, answers } = await compare([...queries]);
    expect(differences).toEqual([]);
    // A generator whose queries all failed, or all found nothing, would prove nothing.
    expect(found(answers).length).toBeGreaterThan(answers.length / 2);
  }, 120_000);
});
