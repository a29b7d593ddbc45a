import assert from 'node:assert/strict';
import { test } from 'node:test';
import { meanWithInterval, ratioWithInterval, tQuantile, verdict } from './statistics.mjs';

/** A small generator with a seed (mulberry32), so that a failure can be repeated. */
function random(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
const normal = (next) => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());

test('the quantiles of Student’s t are those of the tables', () => {
  for (const [degrees, expected] of [
    [1, 12.706],
    [5, 2.571],
    [29, 2.045],
    [30, 2.042],
    [60, 2.0],
    [120, 1.98],
  ]) {
    assert.ok(Math.abs(tQuantile(degrees) - expected) < 0.001, `${degrees}: ${tQuantile(degrees)}`);
  }
});

test('an interval is computed as in the textbook', () => {
  const { centre, ci95 } = meanWithInterval([4, 5, 6]);
  assert.equal(centre, 5);
  assert.ok(Math.abs(ci95[1] - (5 + 4.303 / Math.sqrt(3))) < 1e-9);
});

test('95 % of the intervals contain the truth', () => {
  const next = random(1);
  let containing = 0;
  for (let trial = 0; trial < 4_000; trial++) {
    const ratios = Array.from({ length: 8 }, () => 1.3 * Math.exp(0.1 * normal(next)));
    const [low, high] = ratioWithInterval(ratios).ci95;
    if (low <= 1.3 && 1.3 <= high) containing++;
  }
  assert.ok(Math.abs(containing / 4_000 - 0.95) < 0.015, `${containing / 40} %`);
});

test('a ratio and its inverse agree', () => {
  const one = ratioWithInterval([1.1, 1.4, 1.2]);
  const other = ratioWithInterval([1 / 1.1, 1 / 1.4, 1 / 1.2]);
  assert.ok(Math.abs(one.centre * other.centre - 1) < 1e-12);
  assert.ok(Math.abs(one.ci95[0] * other.ci95[1] - 1) < 1e-12);
});

test('one round decides nothing', () => {
  assert.equal(verdict(meanWithInterval([1]).ci95, { atMost: 100 }), 'undecided');
});

test('a verdict needs the whole interval on one side of the target', () => {
  assert.equal(verdict([0.9, 1.1], { atMost: 1.1 }), 'met');
  assert.equal(verdict([1.05, 1.2], { atMost: 1.1 }), 'undecided');
  assert.equal(verdict([1.11, 1.2], { atMost: 1.1 }), 'missed');
  assert.equal(verdict([0.96, 1.0], { atLeast: 0.95 }), 'met');
  assert.equal(verdict([0.9, 1.0], { atLeast: 0.95 }), 'undecided');
  assert.equal(verdict([0.8, 0.94], { atLeast: 0.95 }), 'missed');
  assert.equal(verdict([1, 1], undefined), undefined);
});
