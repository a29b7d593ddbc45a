import assert from 'node:assert/strict';
import { after, before, mock, test } from 'node:test';
import { absolute, comparison } from './rows.mjs';

// Time passes only where a contender takes it: nothing here depends on what else the machine does.
const clock = { wallNs: 0, cpuNs: 0 };
before(() => {
  mock.method(process.hrtime, 'bigint', () => BigInt(clock.wallNs));
  mock.method(performance, 'now', () => clock.wallNs / 1e6);
  mock.method(process, 'cpuUsage', (since = { user: 0 }) => ({ user: clock.cpuNs / 1e3 - since.user, system: 0 }));
});
after(() => mock.restoreAll());

function idle(operations, ns) {
  clock.wallNs += operations * ns;
}
function busy(operations, ns) {
  idle(operations, ns);
  clock.cpuNs += operations * ns;
}
const onceAndTwice = () => ({ base: (n) => busy(n, 10_000), subject: (n) => busy(n, 20_000) });
const busyAndElsewhere = () => ({
  base: (n) => busy(n, 1_000),
  subject: (n) => {
    idle(n, 1_000);
    return { wallNs: n * 1_000, cpuNs: n * 100 };
  },
});
const budget = { budgetMs: 1_500, quick: true };

test('a contender that takes twice as long has the ratio 2, as throughput ½', async () => {
  const [time] = await comparison({ id: 't', target: { atMost: 1.5 }, setup: onceAndTwice, roundMs: 10 }).measure(
    budget,
  );
  const [throughput] = await comparison({
    id: 'q',
    measures: 'throughput',
    target: { atLeast: 0.25 },
    setup: onceAndTwice,
    roundMs: 10,
  }).measure(budget);
  assert.ok(Math.abs(time.ratio - 2) < 1e-9, String(time.ratio));
  assert.ok(Math.abs(throughput.ratio - 0.5) < 1e-9, String(throughput.ratio));
  assert.ok(throughput.ci95[0] <= throughput.ratio && throughput.ratio <= throughput.ci95[1]);
  assert.deepEqual([time.verdict, throughput.verdict], ['missed', 'met']);
  assert.ok(time.rounds >= 5);
});

test('every block is a palindrome, and it is torn down', async () => {
  const calls = [];
  let measuring = false;
  let tornDown = false;
  const side = (name) => (n) => {
    if (measuring) calls.push(name);
    busy(n, 100_000);
  };
  const peers = {
    peer: (n) => {
      side('peer')(n);
      measuring ||= n > 0;
    },
  };
  const setup = () => ({ base: side('base'), subject: side('subject'), peers, teardown: () => (tornDown = true) });
  await comparison({ id: 'o', setup, roundMs: 2 }).measure({ budgetMs: 50, quick: true });
  // Calibration of the last contender switches recording on; what follows its own rounds is blocks only.
  const blocks = calls.slice(calls.findIndex((name) => name !== 'peer'));
  assert.deepEqual(blocks.slice(0, 6), ['base', 'subject', 'peer', 'peer', 'subject', 'base']);
  assert.equal(blocks.length % 6, 0);
  assert.ok(tornDown);
});

test('the CPU time of what sleeps is small, and has a row of its own', async () => {
  const rows = await comparison({ id: 'c', cpuTarget: { atMost: 0.5 }, setup: busyAndElsewhere, roundMs: 5 }).measure({
    budgetMs: 200,
    quick: true,
  });
  assert.deepEqual(
    rows.map(({ id }) => id),
    ['c', 'c-cpu'],
  );
  assert.equal(rows[1].verdict, 'met');
});

test('an absolute value is taken relative to its base, and an exact one needs one round', async () => {
  const [sampled] = await absolute({
    id: 'a',
    base: 100,
    target: { atMost: 1.1 },
    measure: ({ round }) => 104 + (round % 2),
  }).measure(budget);
  assert.ok(Math.abs(sampled.ratio - 1.045) < 0.01);
  assert.equal(sampled.verdict, 'met');
  const [exact] = await absolute({
    id: 'e',
    unit: 'B',
    exact: true,
    target: { atMost: 2.2 },
    measure: () => 2.3,
  }).measure(budget);
  assert.deepEqual([exact.ratio, exact.ci95, exact.rounds, exact.verdict], [2.3, [2.3, 2.3], 1, 'missed']);
});
