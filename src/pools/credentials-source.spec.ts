import { ManualClock } from '../testing/manual-clock';
import type { CredentialsFunction } from './credentials.options';
import { CredentialsSource } from './credentials-source';

describe('CredentialsSource', () => {
  const clock = new ManualClock();
  const make = (fetch: CredentialsFunction) => new CredentialsSource(fetch, 1_000, clock);

  it('asks once for all that wait, and for every connection where nothing says how long they hold', async () => {
    let asked = 0;
    const source = make(() => `password ${++asked}`);
    const [one, two] = await Promise.all([source.get(), source.get()]);
    expect([one, two]).toEqual([{ password: 'password 1' }, { password: 'password 1' }]);
    expect(await source.get()).toEqual({ password: 'password 2' });
    expect(source.mayRenew(two)).toBe(false);
  });

  it('keeps them until shortly before they expire, or until they are refused', async () => {
    let asked = 0;
    const lifeMs = 900_000;
    const source = make(() => ({ username: 'u', password: String(++asked), expiresAtMs: clock.now() + lifeMs }));
    await source.get();
    clock.advance(lifeMs - 61_000);
    expect(await source.get()).toMatchObject({ password: '1' });
    clock.advance(2_000);
    const kept = await source.get();
    expect(kept).toMatchObject({ password: '2' });
    expect([source.mayRenew(kept), source.mayRenew(kept)]).toEqual([true, true]);
    const next = await source.get();
    expect(next).toMatchObject({ username: 'u', password: '3' });
    source.mayRenew(kept); // by another connection, which was slow
    expect(await source.get()).toBe(next);
  });

  it.each<[string, CredentialsFunction]>([
    ['the vault is sealed', () => Promise.reject(new Error('the vault is sealed'))],
    ['no password', () => ({ username: 'u' }) as never],
    ['no password', () => undefined as never],
  ])('says that there are none: %s', async (why, fetch) => {
    await expect(make(fetch).get()).rejects.toMatchObject({
      code: 'POOL_CREDENTIALS',
      message: expect.stringContaining(why) as string,
    });
  });
});
