import { ratioWithInterval, relativeHalfWidth } from './statistics.mjs';
import { timed } from './timed.mjs';

const MIN_BLOCKS = 5;
const WARM_UP_MS = 200;

/**
 * Measures contenders against each other in blocks of the form A B … B A, so that whatever drifts evenly (frequency,
 * temperature, a filling heap) falls on all alike; one block gives one ratio for each. Goes on until every interval is
 * narrower than ±`precision` or `budgetMs` is over.
 * `contenders` maps a name to `run(operations)`; the first is the base. `run` may answer `{ wallNs, cpuNs }` when the
 * work happens in another process.
 */
export async function compare(contenders, { budgetMs, precision, roundMs }) {
  const sides = [];
  for (const [name, run] of Object.entries(contenders))
    sides.push({ name, run, wall: [], cpu: [], ...(await calibrate(run, roundMs)) });
  const deadline = performance.now() + budgetMs;
  const started = performance.now();
  for (let blocks = 1; ; blocks++) {
    await measureBlock(sides);
    const blockMs = (performance.now() - started) / blocks;
    if (blocks >= MIN_BLOCKS && (isNarrow(sides, precision) || performance.now() + blockMs > deadline)) break;
  }
  return sides.map((side) => summary(side, sides[0]));
}

/** How many operations fill one round, after a warm-up that lets the compiler settle. */
async function calibrate(run, roundMs) {
  let operations = 1;
  const warm = performance.now() + WARM_UP_MS;
  for (;;) {
    const { wallNs } = await timed(run, operations);
    const ms = wallNs / 1e6;
    if (performance.now() >= warm && ms > roundMs / 4)
      return { operations: Math.max(1, Math.round((operations * roundMs) / ms)) };
    if (ms < roundMs / 2) operations *= 2;
  }
}

async function measureBlock(sides) {
  const block = new Map(sides.map((side) => [side, { wallNs: 0, cpuNs: 0 }]));
  for (const side of [...sides, ...sides.toReversed()]) {
    const { wallNs, cpuNs } = await timed(side.run, side.operations);
    const sum = block.get(side);
    sum.wallNs += wallNs;
    sum.cpuNs += cpuNs;
  }
  for (const [side, { wallNs, cpuNs }] of block) {
    side.wall.push(wallNs / 2 / side.operations);
    side.cpu.push(cpuNs / 2 / side.operations);
  }
}

const ratios = (side, base, what) => side[what].map((value, block) => value / base[what][block]);
const isNarrow = ([base, ...others], precision) =>
  others.every((side) => relativeHalfWidth(ratioWithInterval(ratios(side, base, 'wall'))) <= precision);

function summary(side, base) {
  return {
    name: side.name,
    rounds: side.wall.length,
    wallNs: median(side.wall),
    cpuNs: median(side.cpu),
    time: ratioWithInterval(ratios(side, base, 'wall')),
    cpu: ratioWithInterval(ratios(side, base, 'cpu')),
  };
}

function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}
