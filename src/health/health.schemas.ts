import { z } from 'zod';

/** `?verbose`, as Kubernetes' own components take it. */
export const probeQuery = z.strictObject({
  verbose: z.enum(['', '1', 'true']).optional().describe('adds the checks to the answer; needs a token'),
});
export type ProbeQuery = z.infer<typeof probeQuery>;

const check = z.looseObject({ status: z.enum(['up', 'degraded', 'down']) });

export const probeAnswer = z
  .strictObject({
    status: z.enum(['ok', 'degraded', 'starting', 'draining', 'unavailable']),
    checks: z.record(z.string(), check).optional(),
  })
  .meta({ id: 'Probe' });
export type ProbeAnswer = z.infer<typeof probeAnswer>;
