/** One piece of SQL that is neither space nor comment. */
export interface SqlToken {
  /** `word`: a key word or a name, in lower case; `name`: a quoted name, decoded; `string`: without its text. */
  readonly kind: 'word' | 'name' | 'string' | 'number' | 'other';
  readonly value: string;
  /** Where it begins and ends in the text. */
  readonly from: number;
  readonly end: number;
}

/** Spaces and one-line comments, the beginnings of what is quoted or commented out, words, numbers, any other character. */
const TOKEN =
  /\s+|--[^\n\r]*|\/\*|u&["']|[exbn]?'|"|\$(?:[a-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$|\$\d+|[a-z_\u0080-\uffff][\w$\u0080-\uffff]*|0[xob][\da-f_]+|(?:\d[\d_]*(?:\.[\d_]*)?|\.\d[\d_]*)(?:e[+-]?\d+)?|[^]/giu;
const WORD = /^[a-z_\u0080-\uffff]/i;
const NUMBER = /^\.?\d/;

/** The tokens of a text of one or several statements, as PostgreSQL reads them. */
export function sqlTokens(text: string): SqlToken[] {
  const tokens: SqlToken[] = [];
  TOKEN.lastIndex = 0;
  for (let match = TOKEN.exec(text); match !== null; match = TOKEN.exec(text)) {
    const [found] = match;
    const from = match.index;
    const inside = TOKEN.lastIndex;
    const end = endOfQuoted(text, found, inside);
    if (end !== undefined) {
      TOKEN.lastIndex = end;
      if (found === '/*') continue;
      if (found.endsWith('"'))
        tokens.push({ kind: 'name', value: nameOf(found, text.slice(inside, end - 1)), from, end });
      else tokens.push({ kind: 'string', value: '', from, end });
    } else if (WORD.test(found)) tokens.push({ kind: 'word', value: found.toLowerCase(), from, end: inside });
    else if (NUMBER.test(found)) tokens.push({ kind: 'number', value: found, from, end: inside });
    else if (!/^(?:\s|--)/.test(found)) tokens.push({ kind: 'other', value: found, from, end: inside });
  }
  return tokens;
}

/** A quoted name; in `U&"…"` a backslash stands before the number of a character. */
function nameOf(opening: string, quoted: string): string {
  const name = quoted.replaceAll('""', '"');
  if (opening === '"') return name;
  return name.replace(/\\(?:\+([\da-f]{6})|([\da-f]{4})|(\\))/gi, (whole, long?: string, short?: string) => {
    const code = Number.parseInt(long ?? short ?? '5c', 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}

/** Where what `opening` begins is over; undefined when it begins nothing of the kind. */
function endOfQuoted(text: string, opening: string, from: number): number | undefined {
  if (opening === '/*') return endOfComment(text, from);
  if (opening === "e'" || opening === "E'") return endOfEscaped(text, from);
  if (opening.endsWith("'")) return endOf(text, "'", from); // a doubled quote begins another string
  if (opening.endsWith('"')) return endOfName(text, from);
  return opening.length > 1 && opening.startsWith('$') && opening.endsWith('$')
    ? endOf(text, opening, from)
    : undefined;
}

/** Of a string like E'…', in which a backslash escapes what follows it. */
function endOfEscaped(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    if (text[at] === "'") return at + 1;
    if (text[at] === '\\') at++;
  }
  return text.length;
}

/** Of a quoted name, in which a doubled quote stands for one. */
function endOfName(text: string, from: number): number {
  for (let at = from; ; at += 2) {
    at = text.indexOf('"', at);
    if (at < 0) return text.length;
    if (text[at + 1] !== '"') return at + 1;
  }
}

function endOf(text: string, mark: string, from: number): number {
  const at = text.indexOf(mark, from);
  return at < 0 ? text.length : at + mark.length;
}

function endOfComment(text: string, from: number): number {
  const mark = /\/\*|\*\//g;
  mark.lastIndex = from;
  let depth = 1;
  while (depth > 0) {
    const match = mark.exec(text);
    if (match === null) return text.length;
    depth += match[0] === '/*' ? 1 : -1;
  }
  return mark.lastIndex;
}
