import { leavesNoTransaction, transactionControl } from './transaction-control';

describe('transactionControl', () => {
  it.each([
    ['COMMIT', ['COMMIT']],
    [' -- now\n/* it /* is */ done */ commit work;', ['COMMIT']],
    ['start  transaction read only', ['START']],
    ['BEGIN; UPDATE thing SET name = $1; END', ['BEGIN', 'END']],
    ['ROLLBACK', ['ROLLBACK']],
    ['rollback and chain', ['ROLLBACK']],
    ['ABORT', ['ABORT']],
    [`PREPARE TRANSACTION 'x'`, ['PREPARE']],
    [`SELECT ';'; COMMIT`, ['COMMIT']],
    [`SELECT E'\\';'; COMMIT`, ['COMMIT']],
    [`SELECT $a$ ; $a$; COMMIT`, ['COMMIT']],
    ['(SELECT 1); commit', ['COMMIT']],
  ])('finds it in %j', (text, expected) => {
    expect(transactionControl(text)).toEqual(expected);
  });

  it.each([
    ['SELECT 1'],
    ['ROLLBACK TO SAVEPOINT a'],
    ['ROLLBACK WORK TO a'],
    ['SAVEPOINT a; RELEASE a'],
    [`SELECT '; COMMIT'`],
    ['SELECT "; COMMIT"'],
    ['-- ; COMMIT'],
    ['/* ; COMMIT */ SELECT 1'],
    ['DO $$ BEGIN PERFORM 1; END $$'],
    ['DO $body$ BEGIN PERFORM $$; commit$$; END $body$'],
    ['PREPARE commit AS SELECT 1'],
    ['SELECT CASE WHEN true THEN 1 END; SELECT 1 AS "end"'],
    ['CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END'],
  ])('finds none in %j', (text) => {
    expect(transactionControl(text)).toEqual([]);
  });
});

describe('leavesNoTransaction', () => {
  it.each([['SELECT 1'], ['BEGIN; SELECT 1; COMMIT'], ['BEGIN; ROLLBACK; START TRANSACTION; END;']])(
    'of %j',
    (text) => {
      expect(leavesNoTransaction(text)).toBe(true);
    },
  );

  it.each([['BEGIN'], ['COMMIT'], ['COMMIT; BEGIN'], ['BEGIN; BEGIN; COMMIT'], ['BEGIN; COMMIT; BEGIN']])(
    'is false of %j',
    (text) => {
      expect(leavesNoTransaction(text)).toBe(false);
    },
  );
});
