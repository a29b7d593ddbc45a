import { RegexBudget } from '../../monitoring/promql/regex/regex-budget';
import { RegexMatcher } from '../../monitoring/promql/regex/regex-matcher';

/** Matches of one text that are replaced at most. */
const MAX_MATCHES = 1_000;

/** Whether a regular expression of RE2 matches anywhere in the text, in time linear in it. */
export function matchesSomewhere(pattern: string, text: string): boolean {
  return RegexMatcher.compile(`(?s:.*)(?:${pattern})(?s:.*)`).test(text);
}

/** Replaces every match as Go's `ReplaceAllString`: `$1`, `${1}` and `${name}` in the replacement are what groups matched. */
export function replaceAll(pattern: string, replacement: string, text: string): string {
  const parts: string[] = [];
  let rest = text;
  const anywhere = RegexMatcher.compile(`(?s:(.*?))(${pattern})(?s:(.*))`, new RegexBudget());
  // A pattern with `^` matches at the beginning of the text, not of what is left of it.
  const once = pattern.includes('^');
  for (let matches = 0; matches < MAX_MATCHES; matches++) {
    const found = anywhere.captures(rest);
    if (found === undefined) break;
    const [before = '', match = ''] = found;
    const groups = found.slice(1, -1);
    const names = anywhere.groupNames.slice(1, -1);
    parts.push(before, expanded(replacement, groups, names));
    rest = rest.slice(before.length + match.length);
    if (match === '') {
      if (rest === '') return parts.join('');
      const [char = ''] = rest;
      parts.push(char);
      rest = rest.slice(char.length);
    }
    if (once || (rest === '' && match !== '')) break;
  }
  return parts.join('') + rest;
}

function expanded(
  template: string,
  groups: readonly (string | undefined)[],
  names: readonly (string | undefined)[],
): string {
  return template.replaceAll(/\$(?:\$|\{(\w+)\}|(\w+))/g, (whole, braced?: string, bare?: string) => {
    const name = braced ?? bare;
    if (name === undefined) return '$';
    if (whole === '$$') return '$';
    return (/^\d+$/.test(name) ? groups[Number(name)] : groups[names.indexOf(name)]) ?? '';
  });
}
