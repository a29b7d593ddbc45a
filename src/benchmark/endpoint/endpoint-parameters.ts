import { z } from 'zod';

const whole = (min: number, max: number) => z.int().min(min).max(max);
const share = z.number().min(0).max(1);
const MAX_BODY = 65_536;

const plannedRequest = z.strictObject({
  method: z.enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']).default('GET'),
  path: z
    .string()
    .max(2_048)
    .regex(/^\/[\x21-\x7e]*$/)
    .describe('from the first slash on, with its query'),
  headers: z
    .record(
      z
        .string()
        .max(128)
        .regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/),
      z
        .string()
        .max(4_096)
        .regex(/^[\t\x20-\x7e]*$/),
    )
    .default({})
    .describe('their values are not kept with the run'),
  body: z.string().max(MAX_BODY).optional(),
  weight: z.number().positive().max(1_000).default(1).describe('how often it is sent beside the others'),
});

const requests = z.array(plannedRequest).min(1).max(20);
const callers = whole(1, 512);

const openLoop = z.strictObject({
  kind: z.literal('rate').describe('an open loop: requests come whether or not earlier ones are answered'),
  perSecond: z.number().min(0.1).max(20_000),
  arrivals: z.enum(['constant', 'poisson']).default('poisson'),
});
const closedLoop = z.strictObject({
  kind: z.literal('callers').describe('a closed loop: so many callers, who wait for each answer before they ask again'),
  callers,
});
const knee = z.strictObject({
  kind: z.literal('knee').describe('the highest rate that keeps an objective'),
  p99Ms: z.number().positive().max(60_000).describe('what 99 of 100 requests have to keep'),
  maxErrorShare: share.default(0.001),
  fromPerSecond: z.number().min(1).max(20_000).default(50),
  toPerSecond: z.number().min(1).max(20_000).default(10_000),
  arrivals: z.enum(['constant', 'poisson']).default('poisson'),
});
const scalability = z.strictObject({
  kind: z
    .literal('scalability')
    .describe("throughput by callers, and the Universal Scalability Law's curve through it"),
  callers: z.array(callers).min(4).max(12).default([1, 2, 4, 8, 16, 32]),
});
const comparison = z.strictObject({
  kind: z.literal('compare').describe('these requests (A) and others (B) in turns: which are quicker'),
  perSecond: z.number().min(0.1).max(20_000),
  arrivals: z.enum(['constant', 'poisson']).default('constant'),
  against: requests,
  rounds: whole(4, 100).default(20).describe('in each of them both are measured'),
});

/** What a load may be; each bound keeps a run within the longest that one may take. */
export const endpointParameters = z.strictObject({
  target: z
    .string()
    .max(63)
    .regex(/^[\w.-]+$/)
    .default('self')
    .describe('self: a route of this service; else the name of an HTTP upstream'),
  requests,
  load: z.discriminatedUnion('kind', [openLoop, closedLoop, knee, scalability, comparison]),
  durationSeconds: z.number().min(0.5).max(240).default(10).describe('measured; of each step where there are several'),
  warmUpSeconds: z.number().min(0).max(60).default(1).describe('sent before, and not counted'),
  timeoutMs: whole(10, 30_000).default(5_000).describe('after it a request counts as failed'),
  connections: whole(1, 512).default(64).describe('sockets at most'),
  seed: whole(0, 2_147_483_647).default(1).describe('the same seed sends the same requests at the same moments'),
});

export type EndpointParameters = z.infer<typeof endpointParameters>;
export type RequestOfMix = z.infer<typeof plannedRequest>;
