import { CORPUS } from './query-corpus';
import { QueryGenerator } from './query-generator';

const tokensOf = (query: string): string[] =>
  query.match(/"[^"]*"|'[^']*'|[A-Za-z_][\w:]*|\d[\w.]*|\s+|[=!<>]=|=~|!~|./gs) ?? [];

/** Makes queries that are nearly right: one or two tokens of a good one left out, put in, replaced or exchanged. */
export class QueryMutator {
  private readonly random: () => number;
  private readonly generator: QueryGenerator;
  private readonly tokens = CORPUS.flatMap(tokensOf).filter((token) => token.trim() !== '');

  /** @param random numbers from 0 to below 1 */
  constructor(random: () => number) {
    this.random = random;
    this.generator = new QueryGenerator(random);
  }

  query(): string {
    const tokens = tokensOf(this.random() < 0.6 ? this.pick(CORPUS) : this.generator.query());
    const changes = 1 + Math.floor(this.random() * 2);
    for (let change = 0; change < changes; change++) this.change(tokens);
    return tokens.join('');
  }

  private change(tokens: string[]): void {
    const at = Math.floor(this.random() * tokens.length);
    const how = this.random();
    if (how < 0.3) tokens.splice(at, 1);
    else if (how < 0.6) tokens.splice(at, 0, this.pick(this.tokens));
    else if (how < 0.8) tokens[at] = this.pick(this.tokens);
    else tokens.push(...tokens.splice(at, 1));
  }

  private pick<T>(options: readonly T[]): T {
    return options[Math.floor(this.random() * options.length)]!;
  }
}
