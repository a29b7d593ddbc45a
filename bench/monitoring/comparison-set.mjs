import { registerHooks } from 'node:module';

// The data and queries that the tests compare are TypeScript, which Node reads as it is, but for the endings of its
// imports and that it is ES modules, which no package.json beside it says.
registerHooks({
  resolve(specifier, context, next) {
    const fromTypeScript = specifier.startsWith('.') && context.parentURL?.endsWith('.ts');
    const resolved = next(fromTypeScript ? `${specifier}.ts` : specifier, context);
    return resolved.url.endsWith('.ts') ? { ...resolved, format: 'module-typescript' } : resolved;
  },
});

const { BEGIN_MS, comparisonData, END_MS } = await import('../../test/promql/comparison-data.ts');
const { CORPUS } = await import('../../test/promql/query-corpus.ts');
const { openMetricsText } = await import('../../test/promql/openmetrics-text.ts');
const { QueryGenerator } = await import('../../test/promql/query-generator.ts');
const { seeded } = await import('../../test/promql/seeded.ts');

export { comparisonData, END_MS, openMetricsText };

/**
 * The comparison set: every query of the tests' corpus and as many generated ones, each at one time and over a range.
 */
export function comparisonSet({ quick }) {
  const generator = new QueryGenerator(seeded(242));
  const generated = Array.from(CORPUS, () => generator.query());
  const begin = BEGIN_MS / 1_000;
  const queries = [...CORPUS, ...generated].filter((_, index) => !quick || index % 5 === 0);
  return queries.flatMap((query) => [
    { path: 'query', query, time: begin + 3_605 },
    { path: 'query_range', query, start: begin + 600, end: begin + 7_000, step: 30 },
  ]);
}
