import type { Labels } from './labels';

export type MatchOperator = '=' | '!=' | '=~' | '!~';

/** What a regular expression has to be able to do: `RegExp`, or one that takes linear time. */
export type Pattern = Pick<RegExp, 'test'>;

/** One label matcher of a selector. A label that is not there has the value `''`. */
export class Matcher {
  private constructor(
    readonly name: string,
    readonly operator: MatchOperator,
    readonly value: string,
    private readonly pattern: Pattern | undefined,
  ) {}

  static equal(name: string, value: string): Matcher {
    return new Matcher(name, '=', value, undefined);
  }

  static notEqual(name: string, value: string): Matcher {
    return new Matcher(name, '!=', value, undefined);
  }

  /**
   * @param pattern the whole value has to match it, so it must be anchored at both ends; `source` is what was written
   */
  static regex(name: string, operator: '=~' | '!~', source: string, pattern: Pattern): Matcher {
    return new Matcher(name, operator, source, pattern);
  }

  matches(value: string): boolean {
    switch (this.operator) {
      case '=':
        return value === this.value;
      case '!=':
        return value !== this.value;
      case '=~':
        return this.pattern!.test(value);
      case '!~':
        return !this.pattern!.test(value);
    }
  }
}

/** Whether a series with these labels is selected. */
export function matchesAll(labels: Labels, matchers: readonly Matcher[]): boolean {
  return matchers.every((matcher) => matcher.matches(labels.get(matcher.name)));
}
