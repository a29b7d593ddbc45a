import { findKnee } from './knee';

/** A server that holds up to `capacity`; a short trial is too short to see the last 3 % above it. */
function search(capacity: number, { from = 50, to = 20_000, lateFrom = Infinity, trialsLeft = 100 } = {}) {
  return findKnee({
    from,
    to,
    timeLeft: () => trialsLeft > 0,
    trial: async (perSecond, confirming) => {
      trialsLeft--;
      if (perSecond > lateFrom) return undefined;
      return perSecond <= capacity * (confirming ? 1 : 1.03);
    },
  });
}

it.each([51, 120, 800, 1_234, 5_000, 15_000])('finds a capacity of %d within 5 %%, in few trials', async (capacity) => {
  const { perSecond, end, trials } = await search(capacity);
  expect(end).toBe('found');
  expect(perSecond).toBeLessThanOrEqual(capacity);
  expect(perSecond).toBeGreaterThan(capacity * 0.95);
  expect(trials.length).toBeLessThanOrEqual(22);
});

it('says where it could not look further', async () => {
  expect(await search(Infinity, { to: 400 })).toMatchObject({ perSecond: 400, end: 'at most tried' });
  expect(await search(10)).toMatchObject({ perSecond: undefined, end: 'never held' });
  expect(await search(8_000, { trialsLeft: 5 })).toMatchObject({ perSecond: undefined, end: 'out of time' });
  const late = await search(8_000, { lateFrom: 1_000 });
  expect(late.end).toBe('generator late');
  expect(late.perSecond).toBeGreaterThan(950);
});
