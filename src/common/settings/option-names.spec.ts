import { addVariables, nameVariables, optionName } from './option-names';

describe('names of options', () => {
  afterEach(() => nameVariables({}));

  it('are the call that sets them', () => {
    expect(optionName('PoolsModule', 'maxWaiting')).toBe('PoolsModule.forRoot({ maxWaiting })');
    expect(optionName('PoolsModule', 'postgres.url')).toBe('PoolsModule.forRoot({ postgres: { url } })');
  });

  it('say the variable where the process reads one', () => {
    nameVariables({ PoolsModule: { 'postgres.url': 'POSTGRES_URL', 'postgres.rideOutMs': undefined } });
    expect(optionName('PoolsModule', 'postgres.url')).toBe('POSTGRES_URL (postgres.url)');
    expect(optionName('PoolsModule', 'postgres.rideOutMs')).toBe('PoolsModule.forRoot({ postgres: { rideOutMs } })');
    expect(optionName('CacheModule', 'postgres.url')).toBe('CacheModule.forRoot({ postgres: { url } })');
  });

  it('get their variables in a text that was made before', () => {
    const remedy = `Set ${optionName('PoolsModule', 'redis.url')} or another.`;
    expect(addVariables(remedy)).toBe(remedy);
    nameVariables({ PoolsModule: { 'redis.url': 'REDIS_URL' } });
    expect(addVariables(remedy)).toBe('Set PoolsModule.forRoot({ redis: { url } }) (REDIS_URL) or another.');
  });
});
