import { HealthIndicatorService } from '@nestjs/terminus';
import { type Dependency, DependencyHealth } from './dependency.health';

const statusOf = async (state: Dependency['state'], readinessRequires: string[]) => {
  const health = new DependencyHealth(new HealthIndicatorService(), { readinessRequires }, () => [
    { name: 'redis', state },
  ]);
  const [indicator] = health.indicators();
  const result = await (indicator as () => Promise<Record<string, { status: string }>>)();
  return result.redis!.status;
};

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
});
