import { PromqlEngine } from '../../src/monitoring/promql/promql-engine';
import { PrometheusServer } from '../support/prometheus-server';
import { askEngine, askPrometheus, difference } from './comparison';
import { inLanes } from './lanes';
import { MemorySource } from './memory-source';
import { seeded } from './seeded';

const PATTERNS = 1_500;
const PIECES =
  String.raw`a b c k s K é É ſ \n . .* .+ * + ? *? +? ?? {2} {1,2} {0,} {,2} {2,1} { } ( ) (?: (?i) (?i: (?s)
(?m) (?U) (?-i) (?P<n> | ^ $ \d \D \w \W \s \S \b \B \A \z [ab] [^a] [a-c] [^\d] [[:alpha:]] [[:^alpha:]] []a] [a-] [\w-]
\Qa.b\E \x41 \x{e9} \101 \. \- \_ \7 \q - , ] : _ 1`
    .split(/\s+/)
    .map((piece) => (piece === '\\n' ? '\n' : piece));
const LETTERS = ['a', 'b', 'c', 'k', 's', 'K', '\u212a', 'é', 'É', 'ſ', '\n', '1', '_', '.', '-', '{', ' ', 'A', '😀'];

/**
 * What we are known to refuse: a repetition of flags, and a pattern that is only balanced because Prometheus puts it
 * between `^(?:` and `)$` as text.
 */
function isKnownRefusal(pattern: string): boolean {
  let depth = 0;
  for (const char of pattern) if ((depth += char === '(' ? 1 : char === ')' ? -1 : 0) < 0) return true;
  return /\(\?[imsU-]+\)[*+?{]/.test(pattern);
}

describe('regular expressions beside those of a real Prometheus 2.42', () => {
  let prometheus: PrometheusServer;
  beforeAll(async () => {
    prometheus = await PrometheusServer.start('m 1 1700000000\n# EOF\n');
  }, 60_000);
  afterAll(() => prometheus.close());

  it(`refuse, match and capture the same: ${PATTERNS} patterns`, async () => {
    const random = seeded(11);
    const engine = new PromqlEngine(new MemorySource([]));
    const pick = (from: readonly string[]) => from[Math.floor(random() * from.length)]!;
    const some = (from: readonly string[], most: number) =>
      Array.from({ length: 1 + Math.floor(random() * most) }, () => pick(from)).join('');
    const differences: string[] = [];
    let matched = 0;
    const cases = Array.from({ length: PATTERNS }, () => ({
      // Half of them find something anywhere, so that there is something to capture.
      pattern: random() < 0.5 ? some(PIECES, 4) : `(?s:.*?)(${some(PIECES, 3)})((?s).*)`,
      text: some(LETTERS, 5),
    }));
    await inLanes(cases, async ({ pattern, text }) => {
      const query = `label_replace(label_replace(vector(1), "text", ${JSON.stringify(text)}, "", ""), "found", "<$1|$2|$n>", "text", ${JSON.stringify(pattern)})`;
      const when = { time: 1_700_000_000 };
      const [expected, actual] = await Promise.all([
        askPrometheus(prometheus.url, query, when),
        askEngine(engine, query, when),
      ]);
      const differs = difference(expected, actual, false);
      const refused = expected.status === 200 && actual.status === 422;
      if (differs && !(refused && isKnownRefusal(pattern)))
        differences.push(`${JSON.stringify(pattern)} on ${JSON.stringify(text)}: ${differs}`);
      if (JSON.stringify(expected.data ?? '').includes('found')) matched++;
    });
    expect(differences).toEqual([]);
    expect(matched).toBeGreaterThan(PATTERNS / 20);
  }, 60_000);
});
