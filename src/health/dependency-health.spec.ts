import { HealthIndicatorService } from '@nestjs/terminus';
import { CacheDependency } from './cache-dependency';
import { type Dependency, DependencyHealth } from './dependency-health';

const statusOf = async (state: Dependency['state'], readinessRequires: string[]) => {
  const health = new DependencyHealth(new HealthIndicatorService(), { readinessRequires }, () => [
    { name: 'redis', state },
  ]);
  const [indicator] = health.indicators('all');
  const result = await (indicator as () => Promise<Record<string, { status: string }>>)();
  return result.redis!.status;
};

const threeThatAreUp = () => ['redis', 'postgres', 'cache'].map((name) => ({ name, state: 'up' as const }));

describe('DependencyHealth', () => {
  it.each([
    ['up', 'up', 'up'],
    ['degraded', 'degraded', 'degraded'],
    ['down', 'degraded', 'down'],
    ['not_configured', 'up', 'down'],
  ] as const)(
    'a pool that is %s counts as %s, and as %s when readiness requires it',
    async (state, usual, required) => {
      await expect(statusOf(state, [])).resolves.toBe(usual);
      await expect(statusOf(state, ['redis'])).resolves.toBe(required);
      await expect(statusOf(state, ['postgres'])).resolves.toBe(usual);
    },
  );

  it('leaves out of a plain probe what readiness does not require', () => {
    const health = new DependencyHealth(new HealthIndicatorService(), { readinessRequires: ['redis'] }, threeThatAreUp);
    expect(health.indicators('required')).toHaveLength(1);
    expect(health.indicators('all')).toHaveLength(3);
  });
});

describe('CacheDependency', () => {
  it.each([
    [undefined, undefined],
    [{}, undefined],
    [{ breaker: 'open' }, 'Redis is not used'],
    [{ breaker: 'half-open' }, 'Redis is not used'],
    [{ bus: 'connecting' }, undefined],
    [{ bus: 'lost' }, 'bus lost'],
    [{ missing: [{ what: 'zmscore', severity: 'slower', remedy: 'use Redis 6.2' }] }, undefined],
    [
      { bus: 'lost', missing: [{ what: 'channel', severity: 'degraded', remedy: 'ACL SETUSER a &pg:bus' }] },
      'bus lost; channel missing: ACL SETUSER a &pg:bus',
    ],
  ])('with a second tier of %j the reason why it is degraded is %s', (figures, reason) => {
    const redis = figures && { breaker: 'closed', bus: 'up', missing: [], ...figures };
    const dependency = new CacheDependency({ counts: () => ({ memory: {}, redis }) });
    expect(dependency.reason).toBe(reason);
    expect(dependency.state).toBe(reason === undefined ? 'up' : 'degraded');
  });
});
