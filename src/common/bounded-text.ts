import { z } from 'zod';

/** A text of `min` to `max` characters (UTF-16 code units); the error of a longer one says how long it is and may be. */
export const boundedText = (max: number, min = 0) =>
  z
    .string()
    .min(min)
    .max(max, {
      // Nothing else is looked at of a text that is too long.
      abort: true,
      error: ({ input }) => `has ${String(input).length} characters; at most ${max} are taken`,
    });
