import { z } from 'zod';

const name = z.string().meta({ description: 'name of the rule' });
const severity = z.enum(['warning', 'critical']);
const value = z.number().nullable().meta({ description: 'what the rule compares; null: not a finite number' });
const labels = z.record(z.string(), z.string()).meta({ description: 'labels of the series the alert is about' });
const phases = ['inactive', 'pending', 'firing', 'resolved'] as const;

export const alertResponse = z
  .object({
    name,
    severity,
    state: z.enum([...phases, 'inhibited']).meta({
      description: 'inhibited: pending or firing, but a more severe alert of the same name fires',
    }),
    value,
    threshold: z.number().nullable().meta({ description: 'what the value is compared with; null: no single number' }),
    since: z.iso.datetime().nullable().meta({ description: 'when the state began; null: inactive' }),
    summary: z.string(),
    labels,
  })
  .meta({ id: 'Alert' });
export type AlertResponse = z.infer<typeof alertResponse>;

export const alertEventResponse = z
  .object({
    at: z.iso.datetime(),
    name,
    severity,
    from: z.enum(phases),
    to: z.enum(phases),
    value,
    labels,
  })
  .meta({ id: 'AlertEvent' });
export type AlertEventResponse = z.infer<typeof alertEventResponse>;
