import { PromqlError } from '../../src/monitoring/promql/promql.errors';
import { parseExpression } from '../../src/monitoring/promql/syntax/expression-parser';
import { PrometheusServer } from '../support/prometheus-server';
import { inLanes } from './lanes';
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
});

async function prometheusParses(url: string, query: string): Promise<boolean> {
  const response = await fetch(`${url}/api/v1/format_query`, { method: 'POST', body: new URLSearchParams({ query }) });
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
