import { compare } from './comparison.mjs';
import { meanWithInterval, relativeHalfWidth, verdict } from './statistics.mjs';

const MIN_ROUNDS = 3;

/**
 * A row that compares: `ratio` is the subject's time per operation over the base's (`measures: 'time'`, the default),
 * or its throughput over the base's (`measures: 'throughput'`).
 *
 * `setup({ quick })` answers `{ base, subject, peers?: { name: run }, teardown? }`, where each is `run(operations)`.
 * `target`: `{ atMost }` or `{ atLeast }`. `cpuTarget: { atMost }` adds a row `<id>-cpu`, CPU time per operation over
 * the base's.
 */
export function comparison({ id, title, measures = 'time', target, cpuTarget, setup, precision = 0.01, roundMs = 50 }) {
  async function measure({ budgetMs, quick }) {
    const { base, subject, peers = {}, teardown } = await setup({ quick });
    try {
      const [first, ours, ...others] = await compare({ base, subject, ...peers }, { budgetMs, precision, roundMs });
      const row = (ratio, rest) => ({ ...rest, ratio: ratio.centre, ci95: ratio.ci95, rounds: ours.rounds });
      const rows = [
        judged(
          target,
          row(wanted(ours.time, measures), {
            id,
            title,
            measures,
            perOperation: { base: cost(first), subject: cost(ours) },
            peers: others.map((peer) => asPeer(peer, measures)),
          }),
        ),
      ];
      if (cpuTarget)
        rows.push(judged(cpuTarget, row(ours.cpu, { id: `${id}-cpu`, title: `${title}: CPU time`, measures: 'cpu' })));
      return rows;
    } finally {
      await teardown?.();
    }
  }
  return { id, title, measure };
}

/**
 * A row that counts or times one thing directly: `measure({ quick, round })` answers one number per round. With `base`
 * the ratio is that number over the base, without it the number itself, in `unit`. `exact: true` says that the number
 * is computed, not sampled (bytes of a fixed load): one round is enough and the interval is the number.
 */
export function absolute({
  id,
  title,
  unit,
  base = 1,
  target,
  rounds = 10,
  precision = 0.02,
  exact = false,
  setup,
  measure: once,
}) {
  async function measure({ budgetMs, quick }) {
    const context = await setup?.({ quick });
    try {
      const values = [];
      const deadline = performance.now() + budgetMs;
      for (let round = 0; round < (exact ? 1 : rounds); round++) {
        values.push((await once({ quick, round, context })) / base);
        const late = performance.now() > deadline;
        const narrow = values.length >= rounds / 2 && relativeHalfWidth(meanWithInterval(values)) <= precision;
        if (values.length >= MIN_ROUNDS && (late || narrow)) break;
      }
      const { centre, ci95 } = meanWithInterval(values);
      return [
        judged(target, {
          id,
          title,
          measures: 'value',
          unit,
          base,
          ratio: centre,
          ci95: exact ? [centre, centre] : ci95,
          rounds: values.length,
          values,
        }),
      ];
    } finally {
      await context?.teardown?.();
    }
  }
  return { id, title, measure };
}

function judged(target, row) {
  const [direction, bound] =
    target === undefined ? [] : target.atMost !== undefined ? ['<=', target.atMost] : ['>=', target.atLeast];
  const { id, ratio, ci95, rounds, ...rest } = row;
  return { id, ratio, ci95, rounds, target: bound, direction, verdict: verdict(ci95, target), ...rest };
}

/** Throughput is the inverse of time, and so is its interval, turned round. */
const wanted = (time, measures) =>
  measures === 'time' ? time : { centre: 1 / time.centre, ci95: [1 / time.ci95[1], 1 / time.ci95[0]] };
function asPeer(peer, measures) {
  const { centre, ci95 } = wanted(peer.time, measures);
  return { name: peer.name, ratio: centre, ci95, wallNs: peer.wallNs, cpuNs: peer.cpuNs };
}
const cost = ({ wallNs, cpuNs }) => ({ wallNs, cpuNs });
