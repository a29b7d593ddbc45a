import { PostgresSessionStatementError, PostgresTransactionControlError } from './postgres.errors';
import { queryRefusal } from './query-refusal';

it.each([
  ['SET', `SET search_path TO x`],
  ['SET', `/* a */ set -- b\n session statement_timeout = 1`],
  ['SET', `SELECT 1; SET ROLE other`],
  ['SET', `BEGIN; SET timezone = 'UTC'; COMMIT`],
  ['LISTEN', 'LISTEN news'],
  ['PREPARE', 'PREPARE p AS SELECT 1'],
  ['DECLARE', 'DECLARE c CURSOR WITH HOLD FOR SELECT 1'],
  ['PG_ADVISORY_LOCK', 'SELECT pg_advisory_lock(1)'],
  ['PG_TRY_ADVISORY_LOCK_SHARED', 'SELECT pg_catalog . pg_try_advisory_lock_shared /* x */ (1)'],
  ['PG_ADVISORY_LOCK', 'SELECT "pg_advisory_lock"(1)'],
  ['PG_ADVISORY_LOCK', 'SELECT U&"pg_advis\\006fry_lock"(1)'],
  ['PG_ADVISORY_LOCK', 'SELECT u&"\\+000070g_advisory_lock"(1)'],
  ['PG_ADVISORY_LOCK', 'EXPLAIN ANALYZE SELECT pg_advisory_lock(1)'],
  ['PG_ADVISORY_LOCK', 'WITH held AS (SELECT pg_advisory_lock(1)) UPDATE x SET a = 1 FROM held'],
  ['SET_CONFIG', `SELECT set_config('a.b', 'c', false)`],
  ['SET_CONFIG', `SELECT set_config('a.b', concat('c', ','), /*, true)*/ false)`],
  ['CREATE TEMPORARY', 'CREATE TEMP TABLE x (id int)'],
  ['CREATE TEMPORARY', 'CREATE OR REPLACE TEMP VIEW x AS SELECT 1'],
  ['CREATE TEMPORARY', 'CREATE LOCAL TEMPORARY SEQUENCE x'],
  ['CREATE TEMPORARY', 'CREATE TABLE "pg_temp".x (id int)'],
  ['CREATE TEMPORARY', 'SELECT 1 INTO TEMP x'],
])('%s in "%s" is refused with the remedy', (statement, text) => {
  const refusal = queryRefusal(text);
  expect(refusal).toBeInstanceOf(PostgresSessionStatementError);
  expect(refusal).toMatchObject({ code: 'POOL_SESSION_STATEMENT', statement });
  expect(refusal!.message).toMatch(/use\(\)/);
  expect(queryRefusal({ text })).not.toBe(refusal); // each caller has an error with a stack of its own
});

it.each([
  ['BEGIN', 'BEGIN'],
  ['COMMIT', '/* x */ commit'],
  ['START', 'START TRANSACTION'],
  ['ROLLBACK', 'ROLLBACK'],
])('%s in "%s" is refused', (statement, text) => {
  expect(queryRefusal(text)).toBeInstanceOf(PostgresTransactionControlError);
  expect(queryRefusal(text)).toMatchObject({ statement, where: 'query' });
});

it.each([
  'SELECT 1',
  'UPDATE x SET a = 1',
  'INSERT INTO x VALUES (1) ON CONFLICT (id) DO UPDATE SET a = 2',
  'INSERT INTO temp (id) VALUES (1)',
  'INSERT INTO listen SELECT temp FROM reading',
  'ALTER TABLE x SET (fillfactor = 70)',
  'ALTER ROLE x SET search_path TO y',
  'CREATE TABLE temperature (temp int, "set" int, listen int)',
  'CREATE TABLE copy AS SELECT * FROM pg_temp.x',
  'SELECT pg_advisory_xact_lock(1), pg_advisory_unlock(1)',
  `SELECT 'pg_advisory_lock(1)', pid FROM pg_locks WHERE locktype = 'advisory' -- pg_advisory_lock(1)`,
  `SELECT "set_config", pg_advisory_lock FROM named`,
  'CREATE FUNCTION f() RETURNS void LANGUAGE sql AS $$ SELECT pg_advisory_lock(1); SET x = 1 $$',
  'CREATE OR REPLACE VIEW v AS SELECT pg_advisory_lock(1)',
  'GRANT EXECUTE ON FUNCTION pg_advisory_lock(bigint) TO x',
  `SELECT set_config('a.b', 'c', true)`,
  `SELECT set_config($1, $2, $3)`,
  `BEGIN; SET LOCAL statement_timeout = 1; DELETE FROM x; COMMIT`,
  'BEGIN; CREATE TEMP TABLE y (id int) ON COMMIT DROP; DECLARE c CURSOR FOR SELECT 1; COMMIT',
  'DO $$ BEGIN PERFORM 1; END $$',
  'NOTIFY news',
  'UNLISTEN news',
  'RESET ALL',
  'DISCARD ALL',
  'SHOW search_path',
  '',
])('"%s" is sent', (text) => expect(queryRefusal(text)).toBeUndefined());
