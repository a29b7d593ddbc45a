import { expectTypeOf } from 'expect-type';
import { Cached } from '../../src/cache/decorators/cached.decorator';
import { InvalidatesCache } from '../../src/cache/decorators/invalidates-cache.decorator';

interface Filter {
  readonly role: string;
}

/** What the compiler takes and refuses here is the test: `npm run typecheck` fails where a refusal is no longer one. */
class Users {
  @Cached({ key: (id: number) => `user:${id}`, tags: (id: number, filter: Filter) => [`${id}`, filter.role] })
  async find(id: number, filter: Filter): Promise<string> {
    return `${id} ${filter.role}`;
  }

  @Cached({ key: 'count', tags: ['users'] })
  async count(): Promise<number> {
    return 1;
  }

  @InvalidatesCache({ keys: (id: number) => [`user:${id}`], tags: (_id: number, role: string) => [role] })
  async rename(_id: number, _role: string): Promise<void> {}

  // @ts-expect-error the id is a number
  @Cached({ key: (id: string) => id })
  async wrongType(id: number): Promise<number> {
    return id;
  }

  // @ts-expect-error there is no second parameter
  @Cached({ tags: (id: number, role: string) => [`${id}`, role] })
  async tooFew(id: number): Promise<number> {
    return id;
  }

  // @ts-expect-error the role may be left out
  @Cached({ key: (id: number, role: string) => `${id} ${role}` })
  async optional(id: number, role?: string): Promise<string> {
    return `${id} ${role}`;
  }

  // @ts-expect-error a filter is no text
  @InvalidatesCache({ keys: (filter: string) => [filter] })
  async removed(_filter: Filter): Promise<void> {}

  // @ts-expect-error its answer is no promise
  @Cached()
  now(): number {
    return 1;
  }
}

describe('the types of the decorators', () => {
  it('leave the types of a method as they are', () => {
    expectTypeOf<Users['find']>().parameters.toEqualTypeOf<[id: number, filter: Filter]>();
    expectTypeOf<Users['count']>().returns.resolves.toEqualTypeOf<number>();
    expect(new Users()).toBeInstanceOf(Users);
  });
});
