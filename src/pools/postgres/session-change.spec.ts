import { tagChangesSession, textChangesSession } from './session-change';
import { sessionEffect } from './session-statements';

it.each([
  ['SET', 'SET search_path TO x'],
  ['SET', 'SET LOCAL a.b = 1; SET c.d = 2'],
  ['RESET', 'RESET ALL'],
  ['LISTEN', 'LISTEN x'],
  ['DO', 'DO $$ $$'],
  ['CALL', 'CALL f()'],
  ['DECLARE CURSOR', 'DECLARE c CURSOR WITH HOLD FOR SELECT 1'],
])('%s by "%s" changes the session', (tag, text) => expect(tagChangesSession(tag, text)).toBe(true));

it.each([
  ['SELECT 1', 'SELECT 1'],
  ['SET', 'SET LOCAL statement_timeout = 1'],
  ['SET', ' set transaction read only;'],
  ['SET CONSTRAINTS', 'SET CONSTRAINTS ALL DEFERRED'],
  ['DELETE 0', 'DELETE FROM x'],
  ['DROP TABLE', 'DROP TABLE x'],
  ['CREATE TABLE', 'CREATE TABLE temperature (id int)'],
])('%s by "%s" does not', (tag, text) => expect(tagChangesSession(tag, text) || textChangesSession(text)).toBe(false));

it.each([
  `SELECT set_config('a', 'b', false)`,
  `SELECT set_config('a', 'b', true), set_config('c', 'd', false)`,
  `SELECT pg_try_advisory_lock(1)`,
  `CREATE LOCAL TEMPORARY TABLE x (id int)`,
  `SELECT 1 INTO TEMP x`,
  `CREATE TABLE pg_temp.x (id int)`,
  `CREATE OR REPLACE TEMP VIEW x AS SELECT 1`,
  `CREATE /* for now */ TEMPORARY TABLE x (id int)`,
  `SELECT U&"pg_advis\\006fry_lock"(1)`,
  `SELECT set_config('a', 'b', /*, true)*/ false)`,
  `SELECT set_config('a', 'b', true), pg_advisory_lock(1)`,
  `DO $$ BEGIN PERFORM set_config('a', 'b', false); END $$`,
])('"%s" changes the session although its tag does not say so', (text) => expect(textChangesSession(text)).toBe(true));

it.each([
  `SELECT set_config('a', $1, true)`,
  `SELECT set_config('a', lower(concat('x', $1)), true)`,
  `INSERT INTO temp (id) VALUES (1)`,
  `INSERT INTO reading (at, temp) SELECT now(), temp FROM device`,
  `SELECT temp FROM reading`,
  `SELECT 'xid', template FROM t`,
])('"%s" does not', (text) => expect(textChangesSession(text)).toBe(false));

describe('a text longer than 65,536 characters', () => {
  const rows = `VALUES ${`('temp', 'set x'), `.repeat(5_000)}('', '')`;

  it('costs the connection a reset when it may change the session', () =>
    expect(textChangesSession(`INSERT INTO x ${rows}`)).toBe(true));

  it('is refused for a statement before its end', () =>
    expect(sessionEffect(`LISTEN x; INSERT INTO x ${rows}`)).toEqual({ statement: 'LISTEN' }));

  it.each([`INSERT INTO x ${rows}`, `SELECT 1 FROM (${rows}) x, set_config('a', 'b', true)`])(
    'is not refused for one whose end is not read',
    (text) => expect(sessionEffect(text)).toBeUndefined(),
  );
});
