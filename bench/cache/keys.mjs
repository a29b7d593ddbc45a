export const KEYS = Array.from({ length: 1_000 }, (_, n) => `user:${n}`);
export const small = (n) => ({ id: n, name: `user ${n}`, active: true });
/** About 49 kB as JSON: what a page of a list takes. */
export const large = (n) => ({
  id: n,
  rows: Array.from({ length: 400 }, (_, row) => ({
    id: row,
    name: `row ${row} of ${n}`,
    note: 'x'.repeat(80),
    ok: true,
  })),
});
export const never = () => {
  throw new Error('a hit was expected');
};

/** `run(operations)` over all keys in turn, one after the other, synchronously or awaited. */
export const each = (get) => {
  let at = 0;
  return (operations) => {
    for (let n = 0; n < operations; n++) {
      if (++at === KEYS.length) at = 0;
      if (get(KEYS[at]) === undefined) never();
    }
  };
};
export const eachAwaited = (get) => {
  let at = 0;
  return async (operations) => {
    for (let n = 0; n < operations; n++) {
      if (++at === KEYS.length) at = 0;
      if ((await get(KEYS[at])) === undefined) never();
    }
  };
};
