import { envSchema } from './env.schema';

/** Letters that may be wrong, missing, added or swapped for a name still to be taken for one of ours. */
const MAX_SLIPS = 2;

/** Variables that are set, are not ours and look like one of ours: `REDIS_ULR` → `REDIS_URL`. */
export function misspeltVariables(env: Readonly<Record<string, unknown>>): { name: string; meant: string }[] {
  const known = Object.keys(envSchema.shape);
  return Object.keys(env)
    .filter((name) => !known.includes(name))
    .flatMap((name) => {
      const meant = known.find((candidate) => candidate.length > 4 && slips(name, candidate) <= MAX_SLIPS);
      return meant === undefined ? [] : [{ name, meant }];
    });
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
