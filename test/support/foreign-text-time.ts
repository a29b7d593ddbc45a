// The longest CPU time (ms) that a parser takes for a text of others, printed for the bench row `foreign-text-ms`.
import { BODIES, leastMs, PARSERS, slowTexts } from '../fixtures/foreign-texts';

/** What takes less than this is not read whole, and not told (ms). */
const SHORT_MS = 30;

let worst = { reads: 'every text', tookMs: SHORT_MS };
const told = (reads: string, tookMs: number) => {
  if (tookMs > worst.tookMs) worst = { reads, tookMs };
};
for (const parser of PARSERS) {
  for (const { shown, tookMs } of slowTexts(parser, SHORT_MS)) told(`${parser.reads}: ${shown}`, tookMs);
}
for (const [name, schema, body] of BODIES)
  told(
    name,
    leastMs(() => schema.safeParse(body), SHORT_MS),
  );
process.stdout.write(JSON.stringify(worst));
