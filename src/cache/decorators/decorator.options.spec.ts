import { CacheWarmer } from '../warm/cache-warmer.decorator';
import { Cached } from './cached.decorator';
import { InvalidatesCache } from './invalidates-cache.decorator';

type Decorate = (target: object, name: string, descriptor: PropertyDescriptor) => void;

class Users {
  async find(): Promise<void> {}
}

/** What JavaScript, or `as any`, may write above a method. */
function decorating(decorator: (options: never) => unknown, options: unknown): () => void {
  const method = Object.getOwnPropertyDescriptor(Users.prototype, 'find')!;
  return () => (decorator(options as never) as Decorate)(Users.prototype, 'find', { ...method });
}

describe('the options of a decorator are refused where it is written', () => {
  it.each<[unknown, string]>([
    [{ ttl: 5 }, 'there is no cache option ttl; there are key, vary, namespace, ttlMs, jitter,'],
    [{ ttlMs: -1 }, 'ttlMs must be a number of milliseconds, 0 or more, not -1'],
    [{ namespace: 'a b' }, "namespace must be a text of 1 to 100 letters, digits and ._@/-, not 'a b'"],
    [{ vary: 'user' }, "vary must be a function, not 'user'"],
    [{ key: 5 }, 'key must be a text or a function, not 5'],
    [{ tags: 'text' }, "tags must be an array of texts or a function, not 'text'"],
    [null, 'cache options must be an object, not null'],
  ])('@Cached(%p)', (options, message) => {
    expect(decorating(Cached, options)).toThrow(`@Cached() on Users.find: ${message}`);
  });

  it.each<[unknown, string]>([
    [{ tag: 'x' }, 'there is no cache option tag; there are keys, tags, namespace'],
    [{}, 'give it keys or tags'],
    [{ keys: [], namespace: 'users' }, 'give it keys or tags'],
    [{ tags: 'text' }, "tags must be an array of texts or a function, not 'text'"],
    [{ keys: [1] }, 'keys must be an array of texts or a function, not [ 1 ]'],
    [{ keys: ['k'], namespace: '{users}' }, 'namespace must be a text of 1 to 100 letters, digits and ._@/-'],
    [undefined, 'cache options must be an object, not undefined'],
  ])('@InvalidatesCache(%p)', (options, message) => {
    expect(decorating(InvalidatesCache, options)).toThrow(`@InvalidatesCache() on Users.find: ${message}`);
  });

  it.each<[unknown, string]>([
    [{ name: 'x', crn: '* * * * *' }, 'there is no cache option crn; there are name, cron'],
    [{ name: '' }, "name must be a text of 1 to 100 characters, not ''"],
    [{}, 'name must be a text of 1 to 100 characters, not undefined'],
    [{ name: 'x', cron: 5 }, 'cron must be a text, not 5'],
  ])('@CacheWarmer(%p)', (options, message) => {
    expect(decorating(CacheWarmer, options)).toThrow(`@CacheWarmer() on Users.find: ${message}`);
  });
});
