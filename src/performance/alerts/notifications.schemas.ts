import { z } from 'zod';
import { NOTIFICATION_EVENT_KINDS } from '../../alerting/internal';

const MAX_TEXT = 4_096;
const labels = z.record(z.string(), z.string());
const time = z.iso.datetime();
const text = z.string().max(MAX_TEXT);
const matchers = z
  .array(text)
  .min(1)
  .max(50)
  .meta({ description: 'matchers such as alertname="Slow"; all of them have to match' });
const interval = z
  .record(z.string(), z.unknown())
  .meta({ description: "a time interval as Alertmanager's configuration has it: times, weekdays, days_of_month, …" });

export const testBody = z
  .strictObject({
    receiver: text.optional().meta({ description: 'only this receiver of the configuration; default all' }),
  })
  .meta({ id: 'NotificationTest' });
export type TestBody = z.infer<typeof testBody>;

export const testResponse = z
  .object({
    receiver: z.string(),
    kind: z.string(),
    ok: z.boolean(),
    answer: z.string().meta({ description: 'what it said, without secrets' }),
  })
  .meta({ id: 'NotificationTestAnswer' });

const deliveryStates = ['told', 'waiting', 'dead'] as const;

export const deliveriesQuery = z.strictObject({
  state: z.enum(deliveryStates).optional().meta({ description: 'only those in this state; dead: dead letters' }),
  receiver: text.optional().meta({ description: 'only those to this receiver' }),
});
export type DeliveriesQuery = z.infer<typeof deliveriesQuery>;

export const deliveryResponse = z
  .object({
    receiver: z.string(),
    kind: z.string(),
    groupKey: z.string(),
    groupLabels: labels,
    state: z
      .enum(deliveryStates)
      .meta({ description: 'dead: given up, until there is something new or it would be repeated' }),
    firing: z.int().meta({ description: 'alerts that fire, as it was told, is to be told, or was given up' }),
    resolved: z.int(),
    attempts: z.int().nullable().meta({ description: 'of what waits' }),
    since: time.nullable().meta({ description: 'since when it waits' }),
    nextAttempt: time.nullable(),
    toldAt: time.nullable().meta({ description: 'when it was told the last time' }),
    answer: z.string().nullable().meta({ description: 'what the receiver said the last time, without secrets' }),
  })
  .meta({ id: 'AlertDelivery' });
export type DeliveryResponse = z.infer<typeof deliveryResponse>;

export const eventsQuery = z.strictObject({
  from: time.optional(),
  to: time.optional(),
  kind: z.enum(NOTIFICATION_EVENT_KINDS).optional(),
  alertname: text.optional(),
  limit: z.coerce.number().int().min(1).max(1_000).default(100),
  cursor: z.coerce.number().int().min(0).optional().meta({ description: '`next` of the page before' }),
});
export type EventsQuery = z.infer<typeof eventsQuery>;

export const eventsResponse = z
  .object({
    events: z.array(
      z.object({
        at: time,
        kind: z.enum(NOTIFICATION_EVENT_KINDS),
        alertnames: z.array(z.string()),
        detail: z.record(z.string(), z.unknown()),
      }),
    ),
    next: z.number().nullable().meta({ description: 'cursor of the next page; null: there is none' }),
  })
  .meta({ id: 'NotificationEvents' });
export type EventsResponse = z.infer<typeof eventsResponse>;

export const acknowledgeBody = z
  .strictObject({
    matchers,
    by: text.optional().meta({ description: 'who; default: the name of the token' }),
    comment: text.default(''),
  })
  .meta({ id: 'Acknowledge' });
export type AcknowledgeBody = z.infer<typeof acknowledgeBody>;

export const acknowledgementResponse = z
  .object({ labels, by: z.string(), comment: z.string(), at: time })
  .meta({ id: 'Acknowledgement' });
export type AcknowledgementResponse = z.infer<typeof acknowledgementResponse>;

export const maintenanceParams = z.strictObject({ name: z.string().min(1).max(100) });
export type MaintenanceParams = z.infer<typeof maintenanceParams>;

export const maintenanceBody = z
  .strictObject({
    matchers,
    timeIntervals: z.array(interval).min(1).max(50),
    createdBy: text.optional().meta({ description: 'who; default: the name of the token' }),
    comment: text.default(''),
  })
  .meta({ id: 'SetMaintenanceWindow' });
export type MaintenanceBody = z.infer<typeof maintenanceBody>;

export const maintenanceResponse = z
  .object({
    name: z.string(),
    matchers: z.array(z.string()),
    timeIntervals: z.array(interval),
    createdBy: z.string(),
    comment: z.string(),
    updatedAt: time,
    active: z.boolean(),
  })
  .meta({ id: 'MaintenanceWindow' });
export type MaintenanceResponse = z.infer<typeof maintenanceResponse>;

export const reloadedResponse = z.object({ receivers: z.array(z.string()) }).meta({ id: 'NotificationsReloaded' });
