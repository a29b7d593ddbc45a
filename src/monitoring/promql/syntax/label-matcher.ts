import { Matcher } from '../../series/matcher';
import type { RegexBudget } from '../regex/regex-budget';
import { RegexMatcher } from '../regex/regex-matcher';
import type { SyntaxNode } from './grammar';
import { unquote } from './literals';

/**
 * Reads one matcher between the braces of a selector; throws an Error with the reason when 2.42 does not take it.
 * @param regexes what the patterns of the whole query may cost
 */
export function readMatcher(node: SyntaxNode, regexes: RegexBudget): Matcher {
  const [name, operator, literal] = node.children;
  if (node.name !== 'UnquotedLabelMatcher') throw new Error('unexpected string in label matching, expected identifier');
  const value = unquote(literal!.text);
  switch (operator!.text) {
    case '=':
      return Matcher.equal(name!.text, value);
    case '!=':
      return Matcher.notEqual(name!.text, value);
    case '=~':
    case '!~':
      return Matcher.regex(name!.text, operator!.text as '=~' | '!~', value, RegexMatcher.compile(value, regexes));
    default:
      throw new Error(`unexpected ${operator!.text} in label matching`);
  }
}
