import { z } from 'zod';

const name = z.string().meta({ description: 'name of the rule' });
const severity = z.string().meta({ description: 'label `severity` of the alert, such as warning or critical' });
const value = z.number().nullable().meta({ description: 'what the rule compares; null: not a finite number' });
const labels = z.record(z.string(), z.string()).meta({ description: 'labels of the series the alert is about' });
const unknown = z
  .string()
  .nullable()
  .meta({ description: 'why nothing new can be said, and the state stays as it was; null: it can' });
const phases = ['inactive', 'pending', 'firing', 'resolved'] as const;
const states = [...phases, 'inhibited', 'unknown'] as const;

export const alertResponse = z
  .object({
    name,
    severity,
    state: z.enum(states).meta({
      description:
        'inhibited: pending or firing, but a critical alert of the same name and labels fires; unknown: data has ' +
        'vanished or the rule fails',
    }),
    value,
    threshold: z.number().nullable().meta({ description: 'what the value is compared with; null: no single number' }),
    since: z.iso.datetime().nullable().meta({ description: 'when the state began; null: inactive' }),
    summary: z.string(),
    labels,
    unknown,
  })
  .meta({ id: 'Alert' });
export type AlertResponse = z.infer<typeof alertResponse>;

export const alertsQuery = z.strictObject({
  state: z.enum(states).optional().meta({ description: 'only alerts in this state' }),
  name: z.string().max(200).optional().meta({ description: 'only alerts of this name' }),
  severity: z.string().max(200).optional().meta({ description: 'only alerts of this severity' }),
});
export type AlertsQuery = z.infer<typeof alertsQuery>;

export const MOST_JOINED = 20;

export const alertEventResponse = z
  .object({
    id: z.string().meta({ description: 'from which `before` goes on' }),
    at: z.iso.datetime(),
    name,
    severity,
    from: z.enum(phases),
    to: z.enum(phases),
    lastedSeconds: z.number().nullable().meta({ description: 'how long it was in `from`; null: inactive' }),
    value,
    labels,
    instance: z.string().meta({ description: 'the copy that evaluated it' }),
    deliveries: z
      .array(
        z.object({
          at: z.iso.datetime(),
          receiver: z.string(),
          kind: z.string(),
          outcome: z.string().meta({ description: 'told, failed (it is tried again), or given up' }),
          attempts: z.int(),
          answer: z.string().meta({ description: 'what the receiver said, without secrets' }),
        }),
      )
      .max(MOST_JOINED)
      .meta({ description: `what was told of it to whom, the first ${MOST_JOINED}` }),
    acknowledgements: z
      .array(z.object({ at: z.iso.datetime(), what: z.string(), by: z.string(), comment: z.string() }))
      .max(MOST_JOINED)
      .meta({ description: 'who acknowledged it, or took that back' }),
    muted: z
      .array(
        z.object({
          at: z.iso.datetime(),
          silencedBy: z.array(z.object({ id: z.string(), createdBy: z.string(), comment: z.string() })),
          inhibitedBy: z.array(z.string()).meta({ description: 'fingerprints of alerts' }),
          maintenance: z.array(z.string()).meta({ description: 'names of maintenance windows' }),
        }),
      )
      .max(MOST_JOINED)
      .meta({ description: 'what has kept it from being told' }),
  })
  .meta({ id: 'AlertEvent' });
export type AlertEventResponse = z.infer<typeof alertEventResponse>;

const MOST_EVENTS = 1_000;

export const historyQuery = z.strictObject({
  from: z.iso.datetime().optional().meta({ description: 'the first time that is wanted' }),
  until: z.iso.datetime().optional().meta({ description: 'the last time that is wanted' }),
  name: z.string().max(200).optional(),
  severity: z.string().max(200).optional(),
  before: z
    .string()
    .regex(/^\d{1,18}$/)
    .optional()
    .meta({ description: 'the id of the last change that was read: those before it follow' }),
  limit: z.coerce.number().int().min(1).max(MOST_EVENTS).default(MOST_EVENTS),
});
export type HistoryParameters = z.infer<typeof historyQuery>;

const texts = z.record(z.string().max(200), z.string().max(10_000));

export const ruleGroupBody = z
  .strictObject({
    interval: z.string().max(50).optional().meta({ description: 'a duration as in Prometheus: 30s' }),
    limit: z.number().int().nonnegative().optional(),
    rules: z
      .array(
        z.strictObject({
          alert: z.string().max(200).optional(),
          record: z.string().max(200).optional(),
          expr: z.string().max(20_000),
          for: z.string().max(50).optional(),
          keep_firing_for: z.string().max(50).optional(),
          labels: texts.optional(),
          annotations: texts.optional(),
        }),
      )
      .max(1_000),
  })
  .meta({ id: 'RuleGroupBody', description: 'a group as it stands in a Prometheus rule file, without its name' });
export type RuleGroupBody = z.infer<typeof ruleGroupBody>;

const MOST_CHARACTERS = 500_000;

export const ruleTestsBody = z
  .strictObject({
    tests: z
      .string()
      .min(1)
      .max(MOST_CHARACTERS)
      .meta({ description: 'unit tests as for promtool test rules, in YAML' }),
    files: z
      .record(z.string().max(200), z.string().max(MOST_CHARACTERS))
      .meta({ description: 'rule files in YAML, by the names that rule_files has' }),
  })
  .meta({ id: 'RuleTests' });
export type RuleTestsBody = z.infer<typeof ruleTestsBody>;

export const ruleTestsResponse = z
  .object({
    passed: z.boolean(),
    failures: z.array(z.string()).meta({ description: 'what went otherwise than expected' }),
  })
  .meta({ id: 'RuleTestsOutcome' });
export type RuleTestsResponse = z.infer<typeof ruleTestsResponse>;

export const noBody = z.strictObject({}).optional();
export type NoBody = z.infer<typeof noBody>;

export const runbookParams = z.strictObject({ alert: z.string().min(1).max(200) });
export type RunbookParams = z.infer<typeof runbookParams>;

export const groupParams = z.strictObject({ group: z.string().min(1).max(200) });
export type GroupParams = z.infer<typeof groupParams>;

const seconds = z.number().nonnegative();

export const ruleGroupResponse = z
  .object({
    name: z.string(),
    source: z.string().meta({ description: 'built-in, options, file:<path> or, of those put here, api:<name>' }),
    intervalSeconds: seconds,
    limit: z.number().int(),
    lastEvaluation: z.iso.datetime().nullable(),
    rules: z.array(
      z.object({
        kind: z.enum(['alerting', 'recording']),
        name: z.string(),
        expr: z.string(),
        labels: z.record(z.string(), z.string()),
        annotations: z.record(z.string(), z.string()),
        forSeconds: seconds,
        keepFiringForSeconds: seconds,
        lastError: z.string().nullable(),
        unknown,
      }),
    ),
  })
  .meta({ id: 'RuleGroup' });
export type RuleGroupResponse = z.infer<typeof ruleGroupResponse>;

export const putQuery = z.strictObject({
  test: z
    .enum(['true', 'false'])
    .default('false')
    .meta({ description: 'true: nothing is set; the answer is what the group would have done over the kept history' }),
});
export type PutQuery = z.infer<typeof putQuery>;

const count = z.number().int().nonnegative();
const time = z.iso.datetime();

export const backtestResponse = z
  .object({
    from: time.meta({ description: 'the first evaluation: where the kept history begins' }),
    until: time.meta({ description: 'the last evaluation' }),
    intervalSeconds: seconds,
    evaluations: count.meta({ description: 'of each rule' }),
    rules: z.array(
      z.object({
        kind: z.enum(['alerting', 'recording']),
        name: z.string(),
        failedEvaluations: count,
        lastError: z.string().nullable(),
        fired: count.meta({ description: 'how often an alert of the rule fired' }),
        endedPending: count.meta({ description: 'how often one was over before `for` was' }),
        alerts: z
          .array(
            z.object({
              labels: z.record(z.string(), z.string()),
              pendingSince: time,
              from: time.meta({ description: 'since when it fired' }),
              until: time.nullable().meta({ description: 'when it was over; null: it still fires' }),
              peak: z
                .number()
                .nullable()
                .meta({ description: 'the worst value: the lowest where the rule asks for those' }),
            }),
          )
          .meta({ description: 'in order of time, at most 1,000 of a rule' }),
      }),
    ),
    notifications: z.object({
      count: count.meta({ description: 'after routing, grouping and inhibition; nothing silenced or acknowledged' }),
      first: z
        .array(
          z.object({
            at: time,
            receiver: z.string(),
            kind: z.string(),
            groupLabels: z.record(z.string(), z.string()),
            firing: count,
            resolved: count,
          }),
        )
        .meta({ description: 'at most 1,000' }),
    }),
  })
  .meta({ id: 'RuleBacktest' });
export type BacktestResponse = z.infer<typeof backtestResponse>;

export const putResponse = z.union([ruleGroupResponse, backtestResponse]);
export type PutResponse = z.infer<typeof putResponse>;

export const ruleFileResponse = z
  .object({
    file: z.string(),
    groups: z.number().int().nonnegative(),
    problems: z.array(z.string()).meta({ description: 'file:line:column: reason; the rules before stay' }),
  })
  .meta({ id: 'RuleFile' });
