import { sqlTokens } from './sql-tokens';

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

/** How many words of a statement are kept: `ROLLBACK WORK TO SAVEPOINT`. */
const MAX_WORDS = 4;

/** The first words of each statement, in upper case. */
function statementsOf(text: string): string[][] {
  const statements: string[][] = [];
  let words: string[] = [];
  let previous = '';
  /** Inside `BEGIN ATOMIC … END` of a function, where semicolons end no statement. */
  let depth = 0;
  for (const { kind, value } of sqlTokens(text)) {
    if (value === ';' && kind === 'other' && depth === 0) {
      statements.push(words);
      words = [];
    } else if (kind === 'word') {
      const word = value.toUpperCase();
      if (word === 'ATOMIC' && previous === 'BEGIN' && words[0] === 'CREATE') depth = 1;
      else if (word === 'CASE' && depth > 0) depth++;
      else if (word === 'END' && depth > 0) depth--;
      if (words.length < MAX_WORDS) words.push(word);
      previous = word;
    }
  }
  return [...statements, words];
}
