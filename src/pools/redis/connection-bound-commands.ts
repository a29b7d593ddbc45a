/** Commands that block or change the state of a connection: on a shared one they would affect all other callers. */
const BOUND = new Set(
  (
    'blpop brpop brpoplpush blmove blmpop bzpopmin bzpopmax bzmpop wait waitaof watch unwatch multi ' +
    'exec discard monitor select reset quit hello readonly subscribe psubscribe ssubscribe ' +
    'unsubscribe punsubscribe sunsubscribe readwrite asking'
  ).split(' '),
);

/** Those of them that a pipeline may contain: it is written as a whole, so its transaction affects no other caller. */
const TRANSACTION = new Set(['multi', 'exec', 'discard']);

/** Whether a command needs a connection of its own (see `RedisPool.use`). */
export function isConnectionBound(name: string, args: readonly unknown[]): boolean {
  return BOUND.has(name) || (name.startsWith('xread') && blocks(args));
}

/** Whether a pipeline on the shared connection may contain a command. */
export function mayBePipelined(name: string, args: readonly unknown[]): boolean {
  return TRANSACTION.has(name) || !isConnectionBound(name, args);
}

/**
 * How long a blocking command asks the server to wait, in milliseconds: 0 for one that does not block, Infinity for one
 * that blocks until something comes.
 */
export function blockingTimeMs(name: string, args: readonly unknown[]): number {
  const seconds = secondsToBlock(name, args);
  if (seconds !== undefined) return seconds === 0 ? Infinity : seconds * 1_000;
  if (name === 'wait' || name === 'waitaof') return foreverIfZero(Number(args.at(-1)));
  if (!name.startsWith('xread')) return 0;
  const at = args.findIndex(isBlockOption);
  return at < 0 ? 0 : foreverIfZero(Number(args[at + 1]));
}

function secondsToBlock(name: string, args: readonly unknown[]): number | undefined {
  if (name === 'blmpop' || name === 'bzmpop') return Number(args[0]);
  if (name.startsWith('bzpop') || ['blpop', 'brpop', 'brpoplpush', 'blmove'].includes(name)) return Number(args.at(-1));
  return undefined;
}

const foreverIfZero = (ms: number) => (ms === 0 ? Infinity : ms);

function blocks(args: readonly unknown[]): boolean {
  const keysFrom = args.findIndex((argument) => String(argument).toUpperCase() === 'STREAMS');
  return args.slice(0, keysFrom < 0 ? args.length : keysFrom).some(isBlockOption);
}

function isBlockOption(argument: unknown): boolean {
  return typeof argument === 'string' && argument.toUpperCase() === 'BLOCK';
}
