import { ENV_VARIABLES, variablesIn } from './env-variables';

/** Letters that may be wrong, missing, added or swapped for a name still to be taken for one of ours. */
const MAX_SLIPS = 2;

const KNOWN = ENV_VARIABLES.map(({ name }) => name);
/** First words that several of our variables share: a variable that begins with one of them is most likely meant for us (`NODE_` is nobody's own). */
const PREFIXES = new Set(
  [...Map.groupBy(KNOWN, prefixOf)].flatMap(([prefix, names]) => (names.length > 1 ? [prefix] : [])),
);
/** Begin like ours and are somebody else's: of our own docker-compose.yml. */
const OTHERS = new Set(['POSTGRES_PASSWORD']);
/** What Kubernetes sets in every container for a service that is called `redis` or `redis-…`. */
const OF_A_SERVICE = /_SERVICE_HOST$|_SERVICE_PORT(?:$|_)|_PORT_\d{1,5}_(?:TCP|UDP|SCTP)(?:_PROTO|_PORT|_ADDR)?$/;
const ADDRESS_OF_A_SERVICE = /^(tcp|udp|sctp):\/\//;

/** A variable that is set and is none of ours, and which of ours may have been meant. */
export interface MisspeltVariable {
  readonly name: string;
  /** The nearest one, or all that begin with the same word. */
  readonly meant: readonly string[];
}

/** Variables that are set, are not ours and look like ours: `REDIS_ULR` → `REDIS_URL`, `REDIS_HOST` → all of Redis. */
export function misspeltVariables(env: Readonly<Record<string, unknown>>): MisspeltVariable[] {
  const read = new Set(variablesIn(env).map(({ name }) => name));
  return Object.entries(env)
    .filter(
      ([name, value]) => !read.has(name) && !KNOWN.includes(name) && !OTHERS.has(name) && !isOfAService(name, value),
    )
    .flatMap(([name]) => {
      const nearest = KNOWN.find((candidate) => candidate.length > 4 && slips(name, candidate) <= MAX_SLIPS);
      if (nearest !== undefined) return [{ name, meant: [nearest] }];
      const prefix = prefixOf(name);
      return PREFIXES.has(prefix) ? [{ name, meant: KNOWN.filter((other) => prefixOf(other) === prefix) }] : [];
    });
}

/** `REDIS_` of `REDIS_URL`; all of a single word. */
function prefixOf(name: string): string {
  return name.slice(0, name.indexOf('_') + 1) || name;
}

function isOfAService(name: string, value: unknown): boolean {
  return OF_A_SERVICE.test(name) || (name.endsWith('_PORT') && ADDRESS_OF_A_SERVICE.test(String(value)));
}

/** Levenshtein's distance, two rows of the table at a time. */
function slips(one: string, other: string): number {
  if (Math.abs(one.length - other.length) > MAX_SLIPS) return MAX_SLIPS + 1;
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let i = 1; i <= one.length; i++) {
    const next = [i];
    for (let j = 1; j <= other.length; j++) {
      const replaced = row[j - 1]! + (one[i - 1] === other[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[other.length]!;
}
