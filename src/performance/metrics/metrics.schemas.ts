import { z } from 'zod';
import { boundedText } from '../../common/bounded-text';
import {
  LABEL_NAME,
  MAX_BUCKETS,
  MAX_HELP_LENGTH,
  MAX_LABEL_NAME_LENGTH,
  MAX_LABEL_VALUE_LENGTH,
  MAX_LABELS,
  MAX_METRIC_NAME_LENGTH,
  METRIC_KINDS,
  METRIC_NAME,
} from '../../monitoring/internal';

const MAX_SAMPLES_PER_REQUEST = 1_000;

const metricName = boundedText(MAX_METRIC_NAME_LENGTH)
  .regex(METRIC_NAME)
  .meta({ description: 'name as in Prometheus', example: 'orders_total' });
const labelName = boundedText(MAX_LABEL_NAME_LENGTH).regex(LABEL_NAME);
const labelValue = boundedText(MAX_LABEL_VALUE_LENGTH);
/** Counted before any of them is looked at or copied: a body has room for a hundred thousand. */
const labels = z
  .unknown()
  .check(({ value, issues }) => {
    const count = typeof value === 'object' && value !== null ? Object.keys(value).length : 0;
    if (count <= MAX_LABELS) return;
    issues.push({
      code: 'custom',
      input: value,
      message: `has ${count} labels; at most ${MAX_LABELS} are taken`,
      continue: false,
    });
  })
  .meta({
    type: 'object',
    additionalProperties: { type: 'string', maxLength: MAX_LABEL_VALUE_LENGTH },
    propertyNames: { type: 'string', maxLength: MAX_LABEL_NAME_LENGTH, pattern: LABEL_NAME.source },
    maxProperties: MAX_LABELS,
  })
  .pipe(z.record(labelName, labelValue));

export const metricBody = z
  .strictObject({
    name: metricName,
    kind: z.enum(METRIC_KINDS),
    help: boundedText(MAX_HELP_LENGTH).trim().min(1),
    unit: z
      .string()
      .regex(/^[a-z][a-z0-9_]{0,31}$/)
      .optional()
      .meta({ description: 'base unit, in which values are recorded: seconds, bytes, ratio' }),
    labels: z.array(labelName).max(MAX_LABELS).default([]),
    buckets: z
      .array(z.number())
      .min(1)
      .max(MAX_BUCKETS)
      .optional()
      .meta({ description: 'upper bounds of a histogram or timer, ascending' }),
  })
  .refine(({ kind, buckets }) => buckets === undefined || kind === 'histogram' || kind === 'timer', {
    path: ['buckets'],
    message: 'only a histogram or a timer has buckets',
  })
  .meta({
    id: 'MetricDeclaration',
    example: { name: 'orders_total', kind: 'counter', help: 'Orders taken.', labels: ['country'] },
  });
export type MetricBody = z.infer<typeof metricBody>;

export const metricParams = z.strictObject({ name: metricName });
export type MetricParams = z.infer<typeof metricParams>;

const sample = z.strictObject({
  value: z.number().meta({ description: 'added to a counter, set on a gauge, counted by a histogram or (s) a timer' }),
  labels: labels.default({}),
});

export const samplesBody = z
  .union([sample, z.strictObject({ samples: z.array(sample).min(1).max(MAX_SAMPLES_PER_REQUEST) })])
  .meta({ id: 'MetricSamples', example: { value: 1, labels: { country: 'de' } } });
export type SamplesBody = z.infer<typeof samplesBody>;

/** Scrapers may be configured to send some; they change nothing. */
export const scrapeParameters = z.looseObject({});
export type ScrapeParameters = z.infer<typeof scrapeParameters>;

export const recordedResponse = z
  .object({ name: z.string(), recorded: z.int().nonnegative() })
  .meta({ id: 'RecordedSamples' });

export const catalogueEntryResponse = z
  .object({
    name: z.string(),
    kind: z.enum([...METRIC_KINDS, 'summary']),
    help: z.string(),
    unit: z.string().nullable(),
    labels: z.array(z.string()),
    series: z.int().nonnegative(),
    latest: z.array(
      z.object({
        labels: z.record(z.string(), z.string()),
        value: z.number().nullable().optional(),
        count: z.number().nonnegative().optional(),
        sum: z.number().nullable().optional(),
      }),
    ),
  })
  .meta({ id: 'Metric' });
