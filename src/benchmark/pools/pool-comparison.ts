import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { CacheService } from '../../cache/cache.service';
import { Pools } from '../../pools/pools.service';
import { turnsShape, whole } from '../bounds';
import { MeasuredOperations } from '../operations/measured-operations';
import type { Operation } from '../operations/timed-loop';
import type { PhaseSlice, ScenarioContext, ScenarioOutcome } from '../scenario';
import { ratioOf, ratioVerdict } from '../statistics/interval';

/** What the scenarios of all pools take. */
export const comparisonShape = {
  ...turnsShape,
  against: z
    .enum(['driver', 'connect'])
    .default('driver')
    .describe("driver: the driver's own connections, as many as callers, kept open; connect: one for each operation"),
  rounds: whole(4, 100).default(20).describe('in each of them both are measured'),
};
const comparison = z.strictObject(comparisonShape);
type Comparison = z.infer<typeof comparison>;

/** The same operation without the pool and through it. */
export interface PoolVariants {
  readonly without: Operation;
  readonly through: Operation;
}

/** A turn is this long at least: shorter ones hold too few operations. */
const MIN_TURN_MS = 50;

/** Measures an operation without a pool (A) and through it (B) in turns A B B A, and how they compare. */
@Injectable()
export class PoolComparison {
  constructor(
    private readonly pools: Pools,
    private readonly caches: CacheService,
  ) {}

  /** @throws the reason of the signal */
  async compare(
    { without, through }: PoolVariants,
    { callers, durationSeconds, warmUpSeconds, rounds }: Comparison,
    context: ScenarioContext,
  ): Promise<ScenarioOutcome> {
    const measured = (operation: Operation) =>
      new MeasuredOperations(operation, callers, context, this.pools, this.caches);
    const [a, b] = [measured(without), measured(through)];
    for (const [name, side] of [
      ['without the pool: warm-up', a],
      ['through the pool: warm-up', b],
    ] as const) {
      context.progress(name, 0);
      await side.warmUp(warmUpSeconds * 1_000);
    }
    const turnMs = Math.max(MIN_TURN_MS, (durationSeconds * 1_000) / rounds / 2);
    const ratios: { a: PhaseSlice; b: PhaseSlice }[] = [];
    for (let round = 0; round < rounds; round++) {
      // A B B A: whatever else the machine does falls on both alike.
      const [first, second] = round % 2 === 0 ? [a, b] : [b, a];
      const one = await first.turn(turnMs);
      const other = await second.turn(turnMs);
      ratios.push(first === a ? { a: one, b: other } : { a: other, b: one });
      context.progress('without and through the pool in turns', (round + 1) / rounds, b.interim());
    }
    return outcomeOf(a, b, ratios);
  }
}

function outcomeOf(
  a: MeasuredOperations,
  b: MeasuredOperations,
  ratios: readonly { readonly a: PhaseSlice; readonly b: PhaseSlice }[],
): ScenarioOutcome {
  const [before, after] = [a.figures(), b.figures()];
  const latencyRatio = ratioOf(ratios.map((round) => ({ a: round.a.meanMs, b: round.b.meanMs })));
  const { cpuMsPerRequest: cpuWithout } = before.details;
  const { value, low, high } = latencyRatio;
  const invalid = a.invalid ?? b.invalid;
  const found = { 'B is better': 'quicker', 'B is worse': 'slower', undecided: 'undecided' }[
    ratioVerdict(latencyRatio)
  ];
  return {
    results: {},
    phases: { withoutPool: before, throughPool: after },
    estimates: {
      latencyRatio,
      cpuRatio: cpuWithout === 0 ? null : after.details.cpuMsPerRequest / cpuWithout,
      throughputRatio: before.perSecond === 0 ? null : after.perSecond / before.perSecond,
    },
    verdict:
      invalid === undefined
        ? `${found}: through the pool an operation takes ${value.toFixed(3)} times as long as without it (${low.toFixed(3)} to ${high.toFixed(3)}).`
        : `No verdict: ${invalid}.`,
    ...(invalid !== undefined && { invalid }),
  };
}
