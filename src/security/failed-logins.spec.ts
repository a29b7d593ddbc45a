import { Logger } from '@nestjs/common';
import { ManualClock } from '../testing/manual-clock';
import { FailedLogins } from './failed-logins';
import { MemoryWindowStore } from './memory-window-store';

describe('FailedLogins', () => {
  const clock = new ManualClock();
  let warn: jest.SpyInstance;
  beforeEach(() => (warn = jest.spyOn(Logger.prototype, 'warn').mockImplementation()));
  afterEach(() => jest.restoreAllMocks());

  it('refuses an address for the rest of a minute, no other one, and says so once', async () => {
    const logins = new FailedLogins(new MemoryWindowStore(clock), { failedLoginsPerMinute: 3 });
    for (let attempt = 0; attempt < 3; attempt++) await logins.failed('here');
    for (let attempt = 0; attempt < 3; attempt++) {
      await expect(logins.failed('here')).rejects.toMatchObject({ code: 'LOGIN_LIMITED', retryAfterSeconds: 60 });
    }
    await expect(logins.failed('elsewhere')).resolves.toBeUndefined();
    expect(warn.mock.calls).toEqual([['3 failed logins within a minute from here']]);
    clock.advance(60_000);
    await expect(logins.failed('here')).resolves.toBeUndefined();
  });
});
