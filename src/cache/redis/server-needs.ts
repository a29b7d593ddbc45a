import type { RedisKeys } from './redis-keys';

/** What it costs to do without: the Redis tier is not used, something does not work, or something takes longer. */
export type LackSeverity = 'unusable' | 'degraded' | 'slower';

/** A command that the cache sends, or that one of its scripts runs. */
export interface CommandNeed {
  readonly command: string;
  /** A call that changes nothing but a key for this purpose. */
  readonly args: (keys: RedisKeys) => readonly string[];
  readonly severity: LackSeverity;
  readonly effect: string;
  /** The first version that has it, where it is later than 5.0. */
  readonly since?: string;
}

export const NOT_USED = 'Redis is not used: every process has its memory only, for staleWithoutBusMs at a time';
const ESSENTIAL = { severity: 'unusable', effect: NOT_USED } as const;

const ONLY_KNOWN = {
  severity: 'degraded',
  effect: 'clear() and tags of the whole cache do not reach namespaces that only other processes use',
} as const;

/** In the order of the check: a key is written before it is read, and removed at the end. */
export const COMMAND_NEEDS: readonly CommandNeed[] = [
  { command: 'time', args: () => [], ...ESSENTIAL },
  { command: 'eval', args: ({ check }) => ['return 1', '1', check], ...ESSENTIAL },
  { command: 'evalsha', args: ({ check }) => ['0'.repeat(40), '1', check], ...ESSENTIAL },
  { command: 'set', args: ({ check }) => [check, '', 'PX', '1000'], ...ESSENTIAL },
  { command: 'get', args: ({ check }) => [check], ...ESSENTIAL },
  { command: 'mget', args: ({ check }) => [check], ...ESSENTIAL },
  { command: 'getrange', args: ({ check }) => [check, '0', '0'], ...ESSENTIAL },
  { command: 'setrange', args: ({ check }) => [check, '0', ''], ...ESSENTIAL },
  { command: 'pttl', args: ({ check }) => [check], ...ESSENTIAL },
  { command: 'pexpire', args: ({ check }) => [check, '1000'], ...ESSENTIAL },
  { command: 'del', args: ({ check }) => [check], ...ESSENTIAL },
  { command: 'zadd', args: ({ check }) => [check, '0', 'k'], ...ESSENTIAL },
  { command: 'zscore', args: ({ check }) => [check, 'k'], ...ESSENTIAL },
  { command: 'zcard', args: ({ check }) => [check], ...ESSENTIAL },
  { command: 'zrange', args: ({ check }) => [check, '0', '0', 'WITHSCORES'], ...ESSENTIAL },
  {
    command: 'zmscore',
    args: ({ check }) => [check, 'k'],
    severity: 'slower',
    effect: 'tags are looked up one by one',
    since: '6.2',
  },
  { command: 'zremrangebyrank', args: ({ check }) => [check, '0', '-1'], ...ESSENTIAL },
  { command: 'sadd', args: ({ check }) => [check, 'k'], ...ONLY_KNOWN },
  { command: 'smembers', args: ({ check }) => [check], ...ONLY_KNOWN },
  {
    command: 'sismember',
    args: ({ check }) => [check, 'k'],
    severity: 'degraded',
    effect: 'namespaces of other processes are not found over HTTP',
  },
  { command: 'unlink', args: ({ check }) => [check], ...ESSENTIAL },
  {
    command: 'scan',
    args: ({ check }) => ['0', 'MATCH', check, 'COUNT', '1'],
    severity: 'degraded',
    effect: 'deleteByPrefix() invalidates all of its namespace in Redis',
  },
  {
    command: 'publish',
    args: ({ bus }) => [bus, ''],
    severity: 'degraded',
    effect: 'other processes are not told of invalidations',
  },
];
