import type { QueryConfig } from 'pg';
import { PostgresSessionStatementError, PostgresTransactionControlError } from './postgres.errors';
import { sessionEffect } from './session-statements';
import { leavesNoTransaction, transactionControl } from './transaction-control';

/**
 * Why a statement may not run on any free connection: it begins or ends a transaction, or changes the session, and the
 * statements that rely on it would run elsewhere. Undefined for all others.
 */
export function queryRefusal(query: string | QueryConfig): Error | undefined {
  const text = typeof query === 'string' ? query : query?.text;
  if (typeof text !== 'string') return undefined; // pg says what is wrong
  const makeError = knownAnswers.get(text) ?? judge(text);
  return makeError === ALLOWED ? undefined : makeError();
}

type MakeError = () => Error | undefined;
const ALLOWED: MakeError = () => undefined;

function judge(text: string): MakeError {
  const answer = refusalOf(text);
  if (text.length <= MAX_REMEMBERED_LENGTH) {
    if (knownAnswers.size >= MAX_REMEMBERED) knownAnswers.clear();
    knownAnswers.set(text, answer);
  }
  return answer;
}

function refusalOf(text: string): MakeError {
  if (!leavesNoTransaction(text)) {
    const [statement] = transactionControl(text);
    return () => new PostgresTransactionControlError(statement!, 'query');
  }
  const effect = sessionEffect(text);
  return effect === undefined ? ALLOWED : () => new PostgresSessionStatementError(effect.statement);
}

/** To read a statement costs microseconds, and programs repeat theirs: the last answers are kept. */
const knownAnswers = new Map<string, MakeError>();
const MAX_REMEMBERED = 500;
const MAX_REMEMBERED_LENGTH = 4_000;
