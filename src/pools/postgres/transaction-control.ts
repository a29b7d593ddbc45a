/** What can stand in a statement that begins or ends a transaction; most texts have none of it, so this is tested first. */
const CANDIDATE = /\b(?:begin|start|commit|end|rollback|abort|prepare)\b/i;

/**
 * The statements of `text` that begin or end a transaction, as their first word in upper case. Savepoints
 * (`ROLLBACK TO` too) do neither. Comments, strings and the bodies of functions are not taken for statements.
 */
export function transactionControl(text: string): readonly string[] {
  if (!CANDIDATE.test(text)) return [];
  return statementsOf(text).flatMap((words) => controlOf(words) ?? []);
}

/** Whether `text`, sent outside of a transaction, ends where it began: `BEGIN; …; COMMIT` does. */
export function leavesNoTransaction(text: string): boolean {
  let open = false;
  for (const word of transactionControl(text)) {
    const begins = word === 'BEGIN' || word === 'START';
    if (begins === open) return false;
    open = begins;
  }
  return !open;
}

function controlOf(words: readonly string[]): string | undefined {
  const [first, second] = words;
  switch (first) {
    case 'BEGIN':
    case 'COMMIT':
    case 'END':
    case 'ABORT':
      return first;
    case 'START':
    case 'PREPARE':
      return second === 'TRANSACTION' ? first : undefined;
    case 'ROLLBACK':
      return words.includes('TO') ? undefined : first;
    default:
      return undefined;
  }
}

/** Spaces and one-line comments, the beginnings of what is quoted or commented out, words, and any other character. */
const TOKEN =
  /\s+|--[^\n]*|\/\*|[eE]?'|"|\$(?:[a-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$|[a-z_\u0080-\uffff][\w$\u0080-\uffff]*|[^]/giu;
const WORD = /^[a-z_\u0080-\uffff]/i;

/** How many words of a statement are kept: `ROLLBACK WORK TO SAVEPOINT`. */
const MAX_WORDS = 4;

/** The first words of each statement, in upper case. */
function statementsOf(text: string): string[][] {
  const statements: string[][] = [];
  let words: string[] = [];
  let previous = '';
  /** Inside `BEGIN ATOMIC … END` of a function, where semicolons end no statement. */
  let depth = 0;
  TOKEN.lastIndex = 0;
  for (let match = TOKEN.exec(text); match !== null; match = TOKEN.exec(text)) {
    const [found] = match;
    const end = endOfQuoted(text, found, TOKEN.lastIndex);
    if (end !== undefined) TOKEN.lastIndex = end;
    else if (found === ';' && depth === 0) {
      statements.push(words);
      words = [];
    } else if (WORD.test(found)) {
      const word = found.toUpperCase();
      if (word === 'ATOMIC' && previous === 'BEGIN' && words[0] === 'CREATE') depth = 1;
      else if (word === 'CASE' && depth > 0) depth++;
      else if (word === 'END' && depth > 0) depth--;
      if (words.length < MAX_WORDS) words.push(word);
      previous = word;
    }
  }
  return [...statements, words];
}

/** Where what `opening` begins is over; undefined when it begins nothing of the kind. A doubled quote begins another. */
function endOfQuoted(text: string, opening: string, from: number): number | undefined {
  if (opening === '/*') return endOfComment(text, from);
  if (opening === "'" || opening === '"') return endOf(text, opening, from);
  if (opening.endsWith("'")) return endOfEscaped(text, from);
  return opening.length > 1 && opening.startsWith('$') ? endOf(text, opening, from) : undefined;
}

/** Of a string like E'…', in which a backslash escapes what follows it. */
function endOfEscaped(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    if (text[at] === "'") return at + 1;
    if (text[at] === '\\') at++;
  }
  return text.length;
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
