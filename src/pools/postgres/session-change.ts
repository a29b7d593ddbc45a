import { namesSessionChange, setsConfigLocally } from './session-statements';

/** Statements that change data or the transaction only. They are most of the traffic, so this is tested first. */
const HARMLESS_TAG = /^(?:INSERT|UPDATE|DELETE|MERGE|BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE|START|FETCH|COPY|SHOW)\b/;

/** Statements that change the session, by the command tag in the server's answer. */
const CHANGING_TAG = /^(?:SET$|RESET|LISTEN|PREPARE|DECLARE|LOAD|DO$|CALL|DISCARD|DEALLOCATE)/;

/** Functions that change the session though the statement is a SELECT; where they are only named, a reset too many does no harm. */
const CHANGING_CALL = /pg_(?:try_)?advisory_lock|dblink_connect|pg_temp/i;
const SET_CONFIG = /set_config/i;
/** Temporary objects, and names in which escapes hide letters: such a text is read token by token. */
const TEMPORARY_OR_ESCAPED = /u&"|\btemp(?:orary)?\b/i;

const LOCAL_SET = /^\s*set\s+(?:local|transaction|constraints)\b/i;

/** Whether a statement completed with `tag` may have changed the session; `text` is what was sent. */
export function tagChangesSession(tag: string, text: string): boolean {
  if (tag.startsWith('SELECT') || HARMLESS_TAG.test(tag)) return false;
  return CHANGING_TAG.test(tag) && !isLocalSet(text);
}

/** Whether `text` may change the session in a way that the command tag does not show. */
export function textChangesSession(text: string): boolean {
  const known = knownAnswers.get(text);
  if (known !== undefined) return known;
  const changes = mayChange(text);
  if (text.length <= MAX_REMEMBERED_LENGTH) cacheAnswer(text, changes);
  return changes;
}

/** One statement alone: what follows a semicolon may be anything. */
function isLocalSet(text: string): boolean {
  const statement = text.trimEnd();
  const end = statement.indexOf(';');
  return LOCAL_SET.test(statement) && (end < 0 || end === statement.length - 1);
}

function mayChange(text: string): boolean {
  if (CHANGING_CALL.test(text)) return true;
  if (SET_CONFIG.test(text) && !setsConfigLocally(text)) return true;
  return TEMPORARY_OR_ESCAPED.test(text) && namesSessionChange(text);
}

/** To search a long statement costs microseconds, and programs repeat their statements: the last answers are kept. */
const knownAnswers = new Map<string, boolean>();
const MAX_REMEMBERED = 500;
const MAX_REMEMBERED_LENGTH = 4_000;

function cacheAnswer(text: string, changes: boolean): void {
  if (knownAnswers.size >= MAX_REMEMBERED) knownAnswers.clear();
  knownAnswers.set(text, changes);
}
