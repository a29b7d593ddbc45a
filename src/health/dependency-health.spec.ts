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
    [undefined, 'up'],
    [{ breaker: 'closed' }, 'up'],
    [{ breaker: 'open' }, 'degraded'],
    [{ breaker: 'half-open' }, 'degraded'],
  ])('with a second tier of %j it is %s', (redis, state) => {
    expect(new CacheDependency({ stats: () => ({ memory: {}, redis }) }).state).toBe(state);
  });
});
