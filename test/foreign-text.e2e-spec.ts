import { BODIES, leastMs, PARSERS, slowTexts } from './fixtures/foreign-texts';

/** CPU time of this thread: ten times what is aimed at (`npm run bench:service`), since the machine may be slow. */
const MAX_MS = 500;

describe('what others send is read in time linear in its length', () => {
  it.each(PARSERS)('$reads', (parser) => expect([...slowTexts(parser, MAX_MS)]).toEqual([]), 120_000);

  it.each(BODIES)('the body of a request: %s', (_, schema, body) => {
    expect(leastMs(() => schema.safeParse(body), MAX_MS)).toBeLessThan(MAX_MS);
  });
});
