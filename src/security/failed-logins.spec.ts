import { Logger } from '@nestjs/common';
import { ManualClock } from '../testing/manual-clock';
import { FailedLogins } from './failed-logins';
import { MemoryWindowStore } from './memory-window-store';

describe('FailedLogins', () => {
  const known = { scope: 'read', id: 'known' } as const;
  const fresh = { scope: 'admin', id: 'fresh' } as const;
  const clock = new ManualClock();
  beforeEach(() => jest.spyOn(Logger.prototype, 'warn').mockImplementation());
  afterEach(() => jest.restoreAllMocks());

  it('answers nothing about any new token past the limit, and lets proven ones work', async () => {
    const logins = new FailedLogins(new MemoryWindowStore(clock), { enabled: true, failedLoginsPerMinute: 3 });
    await logins.succeeded('here', known);
    for (let attempt = 0; attempt < 3; attempt++) await logins.failed('here');
    await expect(logins.failed('here')).rejects.toMatchObject({ code: 'LOGIN_LIMITED', retryAfterSeconds: 60 });
    await expect(logins.succeeded('here', fresh)).rejects.toMatchObject({ code: 'LOGIN_LIMITED' });
    await expect(logins.succeeded('here', known)).resolves.toBeUndefined();
    await expect(logins.succeeded('elsewhere', fresh)).resolves.toBeUndefined();
    clock.advance(60_000);
    await expect(logins.succeeded('here', fresh)).resolves.toBeUndefined();
  });

  it('does nothing when limits are off', async () => {
    const logins = new FailedLogins(new MemoryWindowStore(clock), { enabled: false, failedLoginsPerMinute: 0 });
    await expect(logins.failed('here')).resolves.toBeUndefined();
    await expect(logins.succeeded('here', fresh)).resolves.toBeUndefined();
  });
});
