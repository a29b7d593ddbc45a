import { normalisedStatement } from './normalised-statement';

const insert = (rows: number) =>
  `INSERT INTO t VALUES ${Array.from({ length: rows }, (_, at) => `(${at}, 'name ${at}')`).join(', ')}`;

describe('a statement without its values', () => {
  it.each([
    ['SELECT 1', 'SELECT ?'],
    ["select * from users where name = 'Ann' and age > 30.5", 'select * from users where name = ? and age > ?'],
    ['SELECT * FROM t WHERE id = $1 LIMIT 10;', 'SELECT * FROM t WHERE id = ? LIMIT ?'],
    ["SELECT E'it\\'s', U&'\\0441', $tag$ body ' $tag$, B'101', X'1F', 'it''s'", 'SELECT ?, ?, ?, ?, ?, ??'],
    ['SELECT 1e10, 1.5e-3, .5, 0xff, 1_000, a1, t2.c3', 'SELECT ?, ?, ?, ?, ?, a1, t2.c3'],
    ['SELECT a -- 42\n\t FROM  /* traceparent = 7 */ t', 'SELECT a FROM t'],
    ["SELECT 1 /*traceparent='00-abc'*/", 'SELECT ?'],
    ['SELECT "id 7" FROM "T-1"', 'SELECT "id 7" FROM "T-1"'],
    ['SELECT * FROM t WHERE id IN ($1, $2,$3) AND x = $4', 'SELECT * FROM t WHERE id IN (?, …) AND x = ?'],
    ['SELECT * FROM t WHERE id IN (1)', 'SELECT * FROM t WHERE id IN (?)'],
    ['SELECT ARRAY[1, 2, 3]', 'SELECT ARRAY[?, …]'],
    ['INSERT INTO t VALUES ($1, $2)', 'INSERT INTO t VALUES (?, ?)'],
    ['INSERT INTO t VALUES ($1, $2), ($3, $4) RETURNING id', 'INSERT INTO t VALUES (?, ?) RETURNING id'],
    ['INSERT INTO t VALUES (1, f(2)), (3, f(4)), (5, f(6))', 'INSERT INTO t VALUES (?, f(?))'],
    ['INSERT INTO t VALUES (1, 2), (3, DEFAULT)', 'INSERT INTO t VALUES (?, ?), (?, DEFAULT)'],
    ['SAVEPOINT typeorm_1', 'SAVEPOINT ?'],
    [
      'ROLLBACK TO SAVEPOINT performance_gateway_7; RELEASE SAVEPOINT performance_gateway_7',
      'ROLLBACK TO SAVEPOINT ?; RELEASE SAVEPOINT ?',
    ],
    ['SELECT -1 + $12::int', 'SELECT -? + ?::int'],
    ['', ''],
  ])('%s', (text, expected) => {
    expect(normalisedStatement(text)).toBe(expected);
  });

  it('is the same for bulk inserts of any length, and cheap to have', () => {
    expect(normalisedStatement(insert(100))).toBe('INSERT INTO t VALUES (?, ?)');
    const long = normalisedStatement(insert(100_000));
    expect(long.length).toBeLessThan(100);
    expect(long).toMatch(/ …$/);
  });

  it.each([
    "SELECT 'secret",
    'SELECT $$secret',
    "SELECT E'secret\\'",
    "INSERT INTO t VALUES ('secret', $q$secret$q$, 'x''secret')",
  ])('shows no part of a value, also of a broken text: %s', (text) =>
    expect(normalisedStatement(text)).not.toContain('secret'),
  );

  it('shows no part of a value that is cut', () => {
    for (let length = 3_985; length < 4_005; length++) {
      const text = `SELECT ${' '.repeat(length - 20)} 'secret ${'x'.repeat(50)} secret'`;
      expect(normalisedStatement(text)).not.toContain('secret');
    }
  });
});
