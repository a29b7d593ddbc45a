import { z } from 'zod';

const MAX_FILTERS = 50;
const MAX_POSTED = 10_000;
const text = z.string().max(65_536);
const labels = z.record(z.string(), text).meta({ id: 'LabelSet' });
const time = z.iso.datetime({ offset: true });
const flag = z.enum(['true', 'false']).default('true');
const texts = z
  .union([z.string().max(4_096), z.array(z.string().max(4_096)).max(MAX_FILTERS)])
  .optional()
  .transform((given) => (given === undefined ? [] : [given].flat()));

const filter = texts.meta({ description: 'matchers such as alertname="Slow"; may be repeated, all have to match' });
const receiver = z.string().max(1_000).optional().meta({ description: 'a regular expression for the receiver' });

export const alertsQuery = z.object({
  active: flag,
  silenced: flag,
  inhibited: flag,
  unprocessed: flag,
  filter,
  receiver,
  receiver_matchers: texts,
});
export type AlertsQuery = z.infer<typeof alertsQuery>;

export const groupsQuery = z.object({ ...alertsQuery.shape, muted: flag });
export type GroupsQuery = z.infer<typeof groupsQuery>;

/** Where nothing can be asked for; parameters that are not known are ignored in all of this API, as Alertmanager does. */
export const nothingAsked = z.object({});
export type NothingAsked = z.infer<typeof nothingAsked>;

export const receiversQuery = z.object({ receiver_matchers: texts });
export const silencesQuery = z.object({ filter, active: flag, expired: flag, pending: flag });
export type SilencesQuery = z.infer<typeof silencesQuery>;

export const postableAlerts = z
  .array(
    z.object({
      labels,
      annotations: labels.optional(),
      startsAt: time.optional(),
      endsAt: time.optional(),
      generatorURL: text.optional(),
    }),
  )
  .max(MAX_POSTED)
  .meta({ id: 'PostableAlerts' });
export type PostableAlerts = z.infer<typeof postableAlerts>;

const matcher = z
  .object({ name: text.min(1), value: text, isRegex: z.boolean(), isEqual: z.boolean().default(true) })
  .meta({ id: 'SilenceMatcher' });

export const postableSilence = z
  .object({
    id: z.string().max(100).optional(),
    matchers: z.array(matcher).min(1).max(MAX_FILTERS),
    startsAt: time,
    endsAt: time,
    createdBy: text,
    comment: text,
    annotations: labels.optional(),
  })
  .meta({ id: 'PostableSilence' });
export type PostableSilence = z.infer<typeof postableSilence>;

export const silenceParams = z.object({ silenceID: z.string().max(100) });
export type SilenceParams = z.infer<typeof silenceParams>;

const reference = z.object({ name: z.string() });
const names = z.array(z.string());

export const gettableAlert = z
  .object({
    labels,
    annotations: labels,
    receivers: z.array(reference),
    fingerprint: z.string(),
    startsAt: time,
    updatedAt: time,
    endsAt: time,
    generatorURL: z.string().optional(),
    status: z.object({
      state: z.enum(['unprocessed', 'active', 'suppressed']),
      silencedBy: names,
      inhibitedBy: names,
      mutedBy: names,
    }),
  })
  .meta({ id: 'GettableAlert' });
export type GettableAlert = z.infer<typeof gettableAlert>;

export const alertGroup = z
  .object({ labels, routeLabels: labels, receiver: reference, alerts: z.array(gettableAlert) })
  .meta({ id: 'AlertGroup' });
export type AlertGroupResponse = z.infer<typeof alertGroup>;

export const gettableSilence = z
  .object({
    id: z.string(),
    status: z.object({ state: z.enum(['expired', 'active', 'pending']) }),
    updatedAt: time,
    matchers: z.array(matcher),
    startsAt: time,
    endsAt: time,
    createdBy: z.string(),
    comment: z.string(),
    annotations: labels,
  })
  .meta({ id: 'GettableSilence' });
export type GettableSilence = z.infer<typeof gettableSilence>;

export const silenceIdResponse = z.object({ silenceID: z.string() });
export const receiverResponse = z.object({ name: z.string(), labels });
export const emptyResponse = z.object({});

export const alertmanagerStatus = z
  .object({
    cluster: z.object({
      name: z.string(),
      status: z.enum(['ready', 'settling', 'disabled']),
      peers: z.array(z.object({ name: z.string(), address: z.string() })),
    }),
    versionInfo: z.object({
      version: z.string(),
      revision: z.string(),
      branch: z.string(),
      buildUser: z.string(),
      buildDate: z.string(),
      goVersion: z.string(),
    }),
    config: z.object({ original: z.string() }),
    uptime: time,
  })
  .meta({ id: 'AlertmanagerStatus' });
