import { type SqlToken, sqlTokens } from './sql-tokens';

/** What of a connection's session a statement changes beyond its own end. */
export interface SessionEffect {
  /** In upper case, as a message shows it: `LISTEN`, `PG_ADVISORY_LOCK`. */
  readonly statement: string;
}

/** What can stand in a text that changes the session; most have none of it, so this is tested first. */
const CANDIDATE =
  /\b(?:set|listen|prepare|declare|temp|temporary)\b|set_config|advisory_lock|pg_temp|dblink_connect|u&"/i;
const CHANGING_CALL = /^(?:pg_(?:try_)?advisory_lock(?:_shared)?|dblink_connect(?:_u)?)$/;

/** A longer text, such as one that inserts thousands of rows, is read token by token so far: the rest would hold the process. */
const MAX_READ_LENGTH = 65_536;

/** More calls of `set_config` in one text are taken for ones that last: a reset too many does no harm. */
const MAX_LOCAL_CALLS = 100;

/** Statements that name a function without calling it. */
const DEFINITIONS = new Set(['alter', 'comment', 'drop', 'grant', 'revoke']);
const DEFINED = new Set(['function', 'procedure', 'view', 'rule', 'trigger', 'policy', 'aggregate', 'operator']);

/**
 * The first statement or call in `text` that certainly changes the session for longer than the text takes; undefined
 * when there is none. Comments, strings and quoted names do not hide or feign it. In a transaction, also one that `text`
 * begins, what holds until its end is none. Only statements that end within the first 65,536 characters are judged.
 */
export function sessionEffect(text: string, isInTransaction = false): SessionEffect | undefined {
  if (!CANDIDATE.test(text)) return undefined;
  const statements = splitStatements(sqlTokens(text.slice(0, MAX_READ_LENGTH)));
  if (text.length > MAX_READ_LENGTH) statements.pop(); // it may go on
  const inTransaction =
    isInTransaction || statements.some(([first]) => isWord(first, 'begin') || isWord(first, 'start'));
  for (const statement of statements) {
    const found = effectOf(statement, inTransaction);
    if (found !== undefined) return { statement: found.toUpperCase() };
  }
  return undefined;
}

/** Whether every call of `set_config` holds until the end of the transaction only, as its third argument says; of a long text, no. */
export function setsConfigLocally(text: string): boolean {
  if (text.length > MAX_READ_LENGTH) return false;
  const tokens = sqlTokens(text);
  const calls = tokens.flatMap((_, at) => (isCall(tokens, at, 'set_config') ? [at] : []));
  if (calls.length > MAX_LOCAL_CALLS) return false;
  const named = text.match(/set_config/gi)?.length ?? 0;
  return named === calls.length && calls.every((at) => isWord(onlyTokenOf(thirdArgument(tokens, at + 1)), 'true'));
}

/**
 * Whether `text` calls a function that changes the session, under whatever spelling of its name, or makes a temporary
 * object. A long text is taken for one that does: a reset too many does no harm.
 */
export function namesSessionChange(text: string): boolean {
  if (text.length > MAX_READ_LENGTH) return true;
  const tokens = sqlTokens(text);
  if (tokens.some((token, at) => token.kind === 'name' && isChangingCall(tokens, at))) return true;
  return splitStatements(tokens).some((statement) => createsTemporary(statement) || selectsIntoTemporary(statement));
}

function effectOf(statement: readonly SqlToken[], inTransaction: boolean): string | undefined {
  const [first, second] = statement;
  if (first?.kind === 'word') {
    switch (first.value) {
      case 'set':
        return ['local', 'transaction', 'constraints'].includes(second?.value ?? '') ? undefined : 'set';
      case 'listen':
        return 'listen';
      case 'prepare':
        return isWord(second, 'transaction') ? undefined : 'prepare';
      case 'declare':
        return inTransaction && !hasPair(statement, 'with', 'hold') ? undefined : 'declare';
    }
  }
  if (createsTemporary(statement) || selectsIntoTemporary(statement)) {
    return inTransaction && hasPair(statement, 'commit', 'drop') ? undefined : 'create temporary';
  }
  if (definesOnly(statement)) return undefined;
  const call = statement.findIndex((_, at) => isCertainCall(statement, at));
  return call < 0 ? undefined : statement[call]!.value;
}

function createsTemporary(statement: readonly SqlToken[]): boolean {
  if (!isWord(statement[0], 'create')) return false;
  const kind = statement.find(({ value }, at) => at > 0 && !['or', 'replace', 'local', 'global'].includes(value));
  if (isWord(kind, 'temp') || isWord(kind, 'temporary')) return true;
  const schema = statement.findIndex(
    ({ value }, at) => value.startsWith('pg_temp') && statement[at + 1]?.value === '.',
  );
  // What stands behind AS, ON or IN is read, not made.
  const body = statement.findIndex((token) => ['as', 'on', 'from'].some((word) => isWord(token, word)));
  return schema > 0 && (body < 0 || schema < body);
}

function selectsIntoTemporary(statement: readonly SqlToken[]): boolean {
  return statement.some((token, at) => {
    if (!isWord(token, 'into') || isWord(statement[at - 1], 'insert') || isWord(statement[at - 1], 'merge'))
      return false;
    const skip = isWord(statement[at + 1], 'local') || isWord(statement[at + 1], 'global') ? 2 : 1;
    const [kind, name] = [statement[at + skip], statement[at + skip + 1]];
    if (kind !== undefined && kind.value.startsWith('pg_temp')) return name?.value === '.';
    const temporary = isWord(kind, 'temp') || isWord(kind, 'temporary');
    return temporary && (name?.kind === 'name' || (name?.kind === 'word' && name.value !== 'from'));
  });
}

function definesOnly(statement: readonly SqlToken[]): boolean {
  const [first] = statement;
  if (first?.kind !== 'word') return false;
  if (first.value === 'explain') return !statement.some((token) => isWord(token, 'analyze'));
  const [, kind] = statement.filter(({ value }) => !['or', 'replace', 'recursive', 'constraint'].includes(value));
  return DEFINITIONS.has(first.value) || (first.value === 'create' && DEFINED.has(kind?.value ?? ''));
}

/** A value that is bound later may be true; such a call has the session reset, and is not refused. */
function isCertainCall(tokens: readonly SqlToken[], at: number): boolean {
  if (!isChangingCall(tokens, at)) return false;
  if (tokens[at]!.value !== 'set_config') return true;
  const said = onlyTokenOf(thirdArgument(tokens, at + 1));
  return !(said?.kind === 'string' || isWord(said, 'true') || said?.value.startsWith('$'));
}

function isChangingCall(tokens: readonly SqlToken[], at: number): boolean {
  const { value } = tokens[at]!;
  return isCall(tokens, at, CHANGING_CALL.test(value) ? value : 'set_config');
}

const isCall = (tokens: readonly SqlToken[], at: number, name: string): boolean =>
  tokens[at]!.value === name && isNameOrWord(tokens[at]!) && tokens[at + 1]?.value === '(';

const isNameOrWord = ({ kind }: SqlToken): boolean => kind === 'word' || kind === 'name';

/** The tokens of the third argument of a call whose parenthesis opens at `open`. */
function thirdArgument(tokens: readonly SqlToken[], open: number): readonly SqlToken[] {
  let depth = 0;
  let argument = 1;
  const third: SqlToken[] = [];
  for (let at = open; at < tokens.length; at++) {
    const token = tokens[at]!;
    const mark = token.kind === 'other' ? token.value : undefined;
    if (mark === ')' && --depth === 0) break;
    if (mark === ',' && depth === 1) argument++;
    else if (argument === 3) third.push(token);
    if (mark === '(') depth++;
  }
  return third;
}

const onlyTokenOf = (tokens: readonly SqlToken[]): SqlToken | undefined =>
  tokens.length === 1 ? tokens[0] : undefined;

const isWord = (token: SqlToken | undefined, word: string): boolean => token?.kind === 'word' && token.value === word;

const hasPair = (tokens: readonly SqlToken[], one: string, next: string): boolean =>
  tokens.some((token, at) => isWord(token, one) && isWord(tokens[at + 1], next));

function splitStatements(tokens: readonly SqlToken[]): SqlToken[][] {
  const statements: SqlToken[][] = [[]];
  for (const token of tokens) {
    if (token.kind === 'other' && token.value === ';') statements.push([]);
    else statements.at(-1)!.push(token);
  }
  return statements;
}
