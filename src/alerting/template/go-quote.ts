const ESCAPES: Readonly<Record<string, string>> = {
  '\u0007': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '\\': '\\\\',
};

const PRINTABLE = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u;

/** A text in double quotes as Go's `%q` writes it; `ascii` writes what is not ASCII as an escape (`%+q`). */
export function goQuote(text: string, ascii = false): string {
  return `"${[...text].map((char) => (char === '"' ? '\\"' : escaped(char, ascii))).join('')}"`;
}

/** A character in single quotes. */
export function goQuoteChar(code: number, ascii = false): string {
  const valid = code >= 0 && code <= 0x10ffff && !(code >= 0xd800 && code < 0xe000);
  const char = String.fromCodePoint(valid ? code : 0xfffd);
  return char === "'" ? "'\\''" : `'${escaped(char, ascii)}'`;
}

function escaped(char: string, ascii: boolean): string {
  const simple = ESCAPES[char];
  if (simple !== undefined) return simple;
  const code = char.codePointAt(0)!;
  if (PRINTABLE.test(char) && (code < 0x7f || !ascii)) return char;
  if (code < 0x80) return `\\x${code.toString(16).padStart(2, '0')}`;
  return code < 0x10000 ? `\\u${code.toString(16).padStart(4, '0')}` : `\\U${code.toString(16).padStart(8, '0')}`;
}
