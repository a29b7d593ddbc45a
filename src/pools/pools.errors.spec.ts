import { PoolBreakerOpenError } from './pools.errors';

describe('PoolBreakerOpenError', () => {
  it.each([
    [1_234.4, 'for another 1235 ms'],
    [0.2, 'for another 1 ms'],
    [0, 'until the trial that is under way has ended'],
  ])('says with %d ms left how long nothing is asked', (retryAfterMs, pause) => {
    const { message } = new PoolBreakerOpenError('redis', 'h:1', retryAfterMs, new Error('refused'));
    expect(message).toBe(`Pool "redis" asks nothing of h:1 ${pause}, since it keeps failing, last with: refused`);
  });
});
