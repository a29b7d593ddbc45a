/** What a server refuses of a command although it works: the command, keys, a channel, writes, memory, or all of it. */
export type RefusedPart = 'command' | 'version' | 'keys' | 'channel' | 'writes' | 'memory' | 'cluster';

/** The words of Redis 6 to 8 and of Valkey, also where a script passes them on; the first that fits counts. */
const WORDS: readonly (readonly [RefusedPart, RegExp])[] = [
  ['version', /unknown (?:redis )?command/i],
  ['command', /^NOPERM.*to run the|can't run this command/],
  ['channel', /^NOPERM.*channel/],
  ['keys', /^NOPERM.*key|can't access at least one of the keys/],
  ['command', /NOPERM|ACL failure in script/],
  ['memory', /\bOOM\b/],
  ['writes', /\b(?:READONLY|MISCONF|NOREPLICAS)\b/],
  ['cluster', /^(?:MOVED|ASK|CROSSSLOT|CLUSTERDOWN)/],
];

/** What of a command the server refuses by this error; undefined for any other failure. */
export function refusedPart(error: unknown): RefusedPart | undefined {
  if (!(error instanceof Error)) return undefined;
  return WORDS.find(([, words]) => words.test(error.message))?.[0];
}

/** Whether the user may not run the command, or the server does not have it: another command has to do. */
export function isCommandMissing(error: unknown): boolean {
  const part = refusedPart(error);
  return part === 'command' || part === 'version';
}
