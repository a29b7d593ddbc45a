import { z } from 'zod';
import { EVENT_KINDS } from './event-line';

const MOST_EVENTS = 1_000;

export const serviceEventsQuery = z.strictObject({
  from: z.iso.datetime().optional().meta({ description: 'the first time that is wanted' }),
  until: z.iso.datetime().optional().meta({ description: 'the last time that is wanted' }),
  limit: z.coerce.number().int().min(1).max(MOST_EVENTS).default(MOST_EVENTS),
});
export type ServiceEventsQuery = z.infer<typeof serviceEventsQuery>;

export const serviceEventsResponse = z
  .object({
    instance: z.string().meta({ description: 'the copy whose events these are' }),
    events: z.array(
      z.object({
        id: z.int().positive().meta({ description: 'counts up from the start of the copy' }),
        at: z.iso.datetime(),
        kind: z.enum(EVENT_KINDS).meta({ description: 'change: somebody changed something over HTTP' }),
        what: z.string(),
        who: z.string().nullable().meta({ description: 'who did it, where somebody did' }),
      }),
    ),
  })
  .meta({ id: 'ServiceEvents' });
export type ServiceEventsResponse = z.infer<typeof serviceEventsResponse>;
