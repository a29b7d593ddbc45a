import { PromqlError } from '../../src/monitoring/promql/promql.errors';
import { formatQuery } from '../../src/monitoring/promql/format/query-text';
import { parseExpression } from '../../src/monitoring/promql/syntax/expression-parser';
import { PrometheusServer } from '../support/prometheus-server';
import { inLanes } from './lanes';
import { CORPUS } from './query-corpus';
import { QueryGenerator } from './query-generator';
import { QueryMutator } from './query-mutator';
import { seeded } from './seeded';

const MUTATED = 3_000;
/**
 * What we are known to refuse although Prometheus takes it: numbers that end in a dot, and a metric called `offset`.
 */
const KNOWN_REFUSALS = /\d\.(\D|$)|offset/;

describe('the syntax of PromQL beside a real Prometheus 2.42', () => {
  let prometheus: PrometheusServer;
  beforeAll(async () => {
    prometheus = await PrometheusServer.start('m 1 1700000000\n# EOF\n');
  }, 60_000);
  afterAll(() => prometheus.close());

  it(`is the same for ${MUTATED} queries that are nearly right`, async () => {
    const mutator = new QueryMutator(seeded(55));
    const counts = { both: 0, neither: 0 };
    const differences: string[] = [];
    const queries = Array.from({ length: MUTATED }, () => mutator.query());
    await inLanes(queries, async (query) => {
      const expected = await prometheusParses(prometheus.url, query);
      const actual = parses(query);
      if (expected === actual) counts[actual ? 'both' : 'neither']++;
      else if (actual || !KNOWN_REFUSALS.test(query)) differences.push(query);
    });
    expect(differences).toEqual([]);
    expect(counts.both).toBeGreaterThan(MUTATED / 20);
    expect(counts.neither).toBeGreaterThan(MUTATED / 20);
  }, 60_000);

  it('is written alike, whatever the query', async () => {
    const mutator = new QueryMutator(seeded(56));
    const generator = new QueryGenerator(seeded(57));
    const queries = [
      ...CORPUS,
      ...LONG_QUERIES,
      ...Array.from({ length: 1_000 }, () => mutator.query()),
      ...Array.from({ length: 1_000 }, () => generator.query()),
    ].filter(parses);
    const differences: unknown[] = [];
    await inLanes(queries, async (query) => {
      const { data } = (await (await asked(prometheus.url, query)).json()) as { data: string };
      const actual = formatQuery(parseExpression(query));
      if (actual !== data) differences.push({ query, data, actual });
    });
    expect(differences).toEqual([]);
    expect(queries.length).toBeGreaterThan(1_000);
  }, 60_000);
});

const asked = (url: string, query: string) =>
  fetch(`${url}/api/v1/format_query`, { method: 'POST', body: new URLSearchParams({ query }) });

const LONG = 'a_metric_with_a_rather_long_name{and="labels",of="some",length="so that it does not fit"}';
/** Each kind of node on more than one line. */
const LONG_QUERIES = [
  `-${LONG}`,
  `sum(rate(${LONG}[5m])) / on(a, b) group_left(c) sum without(d) (rate(${LONG}[1h30m] offset -1w))`,
  `topk(5, ${LONG} > bool ignoring(x) ${LONG})`,
  `quantile_over_time(0.9, (${LONG} + ${LONG})[1h:30s] @ end() offset 90d)`,
  `label_replace(${LONG}, "a\u0007\x01ü\u200b", "$1", "b", "(.*)\\"")`,
  `-(${LONG} and on() -(-(${LONG} or ${LONG})))`,
  `max_over_time(max_over_time(${LONG}[1y:1d])[2w1d:])`,
  `"${'text '.repeat(30)}"`,
];

async function prometheusParses(url: string, query: string): Promise<boolean> {
  const response = await asked(url, query);
  await response.arrayBuffer();
  return response.status === 200;
}

function parses(query: string): boolean {
  try {
    parseExpression(query);
    return true;
  } catch (error) {
    if (!(error instanceof PromqlError)) throw error;
    return false;
  }
}
