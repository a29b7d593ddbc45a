import { z } from 'zod';

/** A whole number in a range, as parameters of scenarios have it. */
export const whole = (min: number, max: number) => z.int().min(min).max(max);

/** What every scenario takes that measures operations in turns; its bounds keep a run within the longest that one may take. */
export const turnsShape = {
  callers: whole(1, 256).default(16).describe('operations under way at any time, of callers who wait for each answer'),
  durationSeconds: z.number().min(0.5).max(120).default(10).describe('measured, of all turns together'),
  warmUpSeconds: z.number().min(0).max(30).default(1).describe('before, of each kind of operation; not counted'),
};
