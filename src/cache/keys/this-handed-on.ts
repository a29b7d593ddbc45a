const TOKEN = /[()]|\bthis\b/g;
const IN_A_NAME = /[\w$.]/;
const BLANK = /\s/;
const ENDS_A_STATEMENT = new Set([';', ',', ')', undefined]);

/**
 * Where code hands `this` on: the name of each function that gets it as an argument, and `undefined` for each other name
 * it is given. One look at each character: an expression for all of it takes minutes for the code of a bundle.
 */
export function* thisHandedOn(code: string): Iterable<string | undefined> {
  let opened: number | undefined;
  for (const { 0: token, index } of code.matchAll(TOKEN)) {
    if (token === '(') opened = index;
    else if (token === ')') opened = undefined;
    else {
      const before = lastBefore(code, index);
      const after = firstFrom(code, index + token.length);
      const next = code[after];
      if (opened !== undefined && (before === opened || code[before] === ',') && (next === ',' || next === ')')) {
        yield nameBefore(code, opened);
        opened = undefined; // once for each call
      } else if (code[before] === '=' && (ENDS_A_STATEMENT.has(next) || code.slice(index, after).includes('\n'))) {
        yield undefined;
      }
    }
  }
}

/** The last place before `at` that is no blank. */
function lastBefore(code: string, at: number): number {
  let place = at - 1;
  while (place >= 0 && BLANK.test(code[place]!)) place--;
  return place;
}

/** The first place from `at` on that is no blank. */
function firstFrom(code: string, at: number): number {
  let place = at;
  while (place < code.length && BLANK.test(code[place]!)) place++;
  return place;
}

/** `a.b` before the parenthesis of `a.b (`; empty for what has no name. */
function nameBefore(code: string, parenthesis: number): string {
  const end = lastBefore(code, parenthesis) + 1;
  let start = end;
  while (start > 0 && IN_A_NAME.test(code[start - 1]!)) start--;
  return code.slice(start, end);
}
