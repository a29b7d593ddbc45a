import { misspeltVariables } from './misspelt-variables';

describe('misspeltVariables', () => {
  it('finds what was meant', () => {
    expect(misspeltVariables({ REDIS_ULR: 'x', POSTGRES_MAX_SIZ: '3', REDIS_URL: 'y' })).toEqual([
      { name: 'REDIS_ULR', meant: 'REDIS_URL' },
      { name: 'POSTGRES_MAX_SIZ', meant: 'POSTGRES_MAX_SIZE' },
    ]);
  });

  it('leaves the rest of an environment alone', () => {
    expect(
      misspeltVariables({ PATH: '/bin', HOME: '/root', POST: '1', REDIS_HOST: 'x', npm_config_cache: 'y' }),
    ).toEqual([]);
  });
});
