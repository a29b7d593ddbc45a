import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { appendHistory, changeOf, isBehind, readHistory, runOf } from './history.mjs';
import { withTables } from './readme-tables.mjs';

const row = (ratio, [low, high], rest = {}) => ({ id: 'r', ratio, ci95: [low, high], direction: '<=', ...rest });

test('a run is found by the beginning of its commit or from the end', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bench-history-'));
  try {
    const file = join(folder, 'history.jsonl');
    assert.deepEqual(readHistory(file), []);
    for (const commit of ['aaa1', 'bbb2', 'aaa1+changes']) appendHistory({ commit, rows: [] }, file);
    const history = readHistory(file);
    assert.equal(runOf(history, 'bbb').commit, 'bbb2');
    assert.equal(runOf(history, 'aaa1').commit, 'aaa1+changes');
    assert.equal(runOf(history, '-2').commit, 'bbb2');
    assert.throws(() => runOf(history, 'ccc'), /there is no run ccc .*aaa1, bbb2/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a change contains 1 where the intervals overlap', () => {
  const [low, high] = changeOf(row(1, [0.95, 1.05]), row(1.08, [1.02, 1.14])).ci95;
  assert.ok(low < 1 && high > 1);
  assert.ok(changeOf(row(1, [0.99, 1.01]), row(1.08, [1.05, 1.11])).ci95[0] > 1);
  assert.equal(changeOf(row(1, [-1, 3]), row(1, [0.9, 1.1])), undefined);
});

test('only a whole interval that lies a quarter behind is behind', () => {
  assert.equal(isBehind(row(1.3, [1.24, 1.36]), 1, 0.25), false);
  assert.equal(isBehind(row(1.3, [1.25, 1.36]), 1, 0.25), true);
  const throughput = { measures: 'throughput', direction: '>=' };
  assert.equal(isBehind(row(0.7, [0.64, 0.76], throughput), 1, 0.25), false);
  assert.equal(isBehind(row(0.7, [0.66, 0.75], throughput), 1, 0.25), true);
});

test('tables are written between their markers, and nothing else is touched', () => {
  const text = 'before\n\n<!-- bench -->\n\nold\n\n<!-- /bench -->\n\nafter\n';
  const entry = {
    at: '2026-01-02T03:04:05.000Z',
    commit: 'abc',
    machine: { processor: 'p', cores: 2, memoryGb: 4, node: '24.0.0', load1m: 1 },
    rows: [
      { ...row(1.5, [1.4, 1.6]), area: 'cache', target: 1.1, verdict: 'missed', peers: [{ name: 'other', ratio: 2 }] },
    ],
  };
  const written = withTables(text, entry);
  assert.match(
    written,
    /^before\n\n<!-- bench -->\n[^]*\| `r` +\| 1\.50 +\| 1\.40 – 1\.60 +\| ≤ 1\.1 +\| missed +\| other 2\.00 +\|[^]*<!-- \/bench -->\n\nafter\n$/,
  );
  assert.equal(withTables(written, entry), written);
  assert.throws(() => withTables('nothing', entry), /markers/);
});
