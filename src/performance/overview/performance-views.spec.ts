import { healthView, type ServiceFigures } from './performance-views';

/** Figures of a cache alone; each number is what Redis refused in one namespace. */
function figures(memory: boolean, ...refused: readonly number[]): ServiceFigures {
  return {
    pools: [],
    cache: {
      memory: { enabled: memory },
      redis: { breaker: 'closed' },
      namespaces: refused.map((count) => ({ redis: { refused: count } })),
    },
    monitoring: { status: 'up', problems: [], remarks: [] },
    uptimeSeconds: 1,
  } as unknown as ServiceFigures;
}

describe('what the health says of the cache', () => {
  it.each([
    [true, [0, 0], undefined],
    [true, [2, 3], 'Redis was full; values it has refused so far: 5; see its maxmemory'],
    [false, [0], 'the memory tier is switched off'],
    [false, [1], 'the memory tier is switched off; Redis was full; values it has refused so far: 1; see its maxmemory'],
  ])('memory %s, refused %p: %s', (memory, refused, message) => {
    const { status, checks } = healthView(figures(memory, ...refused));
    expect(status).toBe('ok');
    expect(checks.cache).toEqual(message === undefined ? { status: 'up' } : { status: 'up', message });
  });
});
