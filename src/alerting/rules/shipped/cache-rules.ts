import type { RuleInput } from '../rule-group-input';
import { shippedRule } from './shipped-rule';

const hitRatio = (window: string, offset = ''): string =>
  `sum by (cache) (rate(cache_gets_total{result="hit"}[${window}]${offset})) / sum by (cache) (rate(cache_gets_total{tier="memory"}[${window}]${offset}))`;

/** The tiers of the cache and what joins its copies. */
export function cacheRules(): RuleInput[] {
  return [
    shippedRule({
      alert: 'CacheHitRatioCollapsed',
      severity: 'warning',
      expr: `${hitRatio('5m')} < 0.5 * (${hitRatio('1h', ' offset 10m')}) and on (cache) sum by (cache) (rate(cache_gets_total{tier="memory"}[5m])) * 300 > 100`,
      for: '5m',
      summary:
        'The hit ratio of {{ $labels.cache }} is {{ $value | humanizePercentage }}, less than half of what it was an hour ago',
      description: 'Compared with itself, since every cache has a ratio of its own; what misses goes to the database.',
    }),
    shippedRule({
      alert: 'CacheRedisDown',
      severity: 'warning',
      expr: 'cache_breaker_state{state="open"} == 1',
      for: '1m',
      summary: 'The cache does without Redis: each copy has its memory tier alone',
      description: 'Misses of one copy are no longer served by what another has loaded.',
    }),
    shippedRule({
      alert: 'CacheBusDown',
      severity: 'warning',
      expr: 'cache_bus_state{state=~"lost|down|disconnected"} == 1',
      for: '1m',
      summary: 'Invalidations of other copies do not arrive',
      description:
        'Until the bus is back, entries in memory are served for a few seconds at most after another copy changed them.',
    }),
    shippedRule({
      alert: 'CacheRedisRefuses',
      severity: 'warning',
      expr: 'cache_redis_missing == 1',
      for: '5m',
      summary: 'Redis does not give the cache what it needs: {{ $labels.what }}',
      description:
        'A right, a command or memory is missing, and does not come by itself: the log has the line that mends it.',
    }),
  ];
}
