import { type SqlToken, sqlTokens } from './sql-tokens';

/** Of a longer text only this much is read, so that a bulk insert costs no more than another statement. */
const MAX_READ_LENGTH = 4_000;

/**
 * A statement without its values: constants and parameters are `?`, comments are left out, spaces are single. Lists of
 * values and rows of any length are one, so that the same statement is the same text however often it is built anew.
 */
export function normalisedStatement(text: string): string {
  const isCut = text.length > MAX_READ_LENGTH;
  const read = isCut ? text.slice(0, MAX_READ_LENGTH) : text;
  let normalised = '';
  let end = 0;
  let previous: SqlToken | undefined;
  for (const token of sqlTokens(read)) {
    if (token.from > end && normalised !== '') normalised += ' ';
    normalised += isValue(token, previous) ? '?' : read.slice(token.from, token.end);
    end = token.end;
    previous = token;
  }
  const joined = withoutMoreRows(normalised.replace(LIST, '$1?, …'));
  return isCut ? `${joined} …` : joined.replace(/ ?;$/, '');
}

/** A list of values of which there are several. */
const LIST = /(\bin ?\(|\barray ?\[)\?(?: ?, ?\?)+/gi;

/** Names that are made anew for each use, such as those of savepoints, count as values. */
function isValue({ kind, value }: SqlToken, previous: SqlToken | undefined): boolean {
  if (kind === 'string' || kind === 'number') return true;
  if (kind === 'other') return /^\$\d/.test(value);
  return kind === 'word' && value !== 'savepoint' && previous?.kind === 'word' && previous.value === 'savepoint';
}

/** Leaves out rows, as in `VALUES (?, ?), (?, ?)`, that look like the one before. */
function withoutMoreRows(text: string): string {
  const [first = '', ...rows] = text.split(/\) ?, ?\(/);
  let kept = first;
  for (const [at, row] of rows.entries()) {
    const own = at < rows.length - 1 ? row.length : endOfRow(row);
    if (kept.endsWith(`(${row.slice(0, own)}`)) kept += row.slice(own);
    else kept += `), (${row}`;
  }
  return kept;
}

/** Where the parenthesis closes that was opened before `text`. */
function endOfRow(text: string): number {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '(') depth++;
    else if (text[at] === ')' && depth-- === 0) return at;
  }
  return text.length;
}
