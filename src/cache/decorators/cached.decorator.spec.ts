import { Controller, Get, Injectable, Scope } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { CommonModule } from '../../common/common.module';
import { CacheModule } from '../cache.module';
import { CacheService } from '../cache.service';
import { Cached } from './cached.decorator';
import { InvalidatesCache } from './invalidates-cache.decorator';

@Injectable()
class Users {
  readonly finds: unknown[] = [];

  @Cached({ ttlMs: 60_000, tags: (filter: { role: string }) => [`role:${filter.role}`] })
  async find(filter: { role: string; active?: boolean }): Promise<string[]> {
    this.finds.push(filter);
    return [filter.role];
  }

  @Cached({ key: 'count' })
  async count(): Promise<number> {
    return this.finds.push('count');
  }

  @InvalidatesCache({ tags: (role: string) => [`role:${role}`], keys: ['count'] })
  async rename(role: string): Promise<void> {
    if (role === 'broken') throw new Error('broken');
  }
}

/** What both kinds of it inherit. */
abstract class Repository {
  loads = 0;
  abstract readonly table: string;

  @Cached()
  async byId(id: unknown): Promise<string> {
    this.loads++;
    return this.find(id);
  }

  @InvalidatesCache({ keys: () => { throw new Error('no keys'); } }) // prettier-ignore
  async throwing(): Promise<void> {
    this.loads++;
  }

  @InvalidatesCache({ tags: () => 'no array' as never })
  async wrong(): Promise<void> {
    this.loads++;
  }

  private async find(id: unknown): Promise<string> {
    return `${this.table} ${String(id)}`;
  }
}

@Injectable()
class Orders extends Repository {
  readonly table = 'orders';
}
@Injectable()
class Invoices extends Repository {
  readonly table = 'invoices';
}
class Made extends Repository {
  readonly table = 'made';
}
@Injectable({ scope: Scope.REQUEST })
class OfRequest {
  loads = 0;

  @Cached({ key: (id: number) => `request ${id}` })
  async byId(id: number): Promise<string> {
    this.loads++;
    return `request ${id}`;
  }
}

let answers = 0;

@Controller('answers')
class Answers {
  @Get()
  @Cached()
  async above(): Promise<number> {
    return ++answers;
  }
}

async function start() {
  const module = await Test.createTestingModule({
    imports: [
      CommonModule,
      CacheModule.forRoot({
        memory: true,
        redis: false,
        ttlMs: 1_000,
        memoryLimitBytes: 1_048_576,
        prefix: 't',
        redisTimeoutMs: 100,
      }),
    ],
    controllers: [Answers],
    providers: [Users, Orders, Invoices, { provide: 'made', useFactory: () => new Made() }, OfRequest],
  }).compile();
  await module.init();
  return { module, users: module.get(Users), cache: module.get(CacheService) };
}

describe('@Cached and @InvalidatesCache', () => {
  it('caches each combination of arguments, until it is invalidated', async () => {
    const { users } = await start();
    expect(await users.find({ role: 'admin', active: true })).toEqual(['admin']);
    expect(await users.find({ active: true, role: 'admin' })).toEqual(['admin']);
    await users.find({ role: 'guest' });
    expect(users.finds).toHaveLength(2);
    await users.rename('admin');
    await users.find({ role: 'admin', active: true });
    await users.find({ role: 'guest' });
    expect(users.finds).toHaveLength(3);
  });

  it('invalidates also when the method failed', async () => {
    const { users, cache } = await start();
    await users.count();
    expect(await cache.has('count')).toBe(true);
    await expect(users.rename('broken')).rejects.toThrow('broken');
    expect(await cache.has('count')).toBe(false);
  });

  it('keeps the answers of classes that inherit a method apart', async () => {
    const { module } = await start();
    expect(await module.get(Orders).byId(1)).toBe('orders 1');
    expect(await module.get(Invoices).byId(1)).toBe('invoices 1');
    expect(await module.get(Orders).byId(1)).toBe('orders 1');
    expect(module.get(Orders).loads).toBe(1);
  });

  it('caches for what a factory made, and for every instance of a request', async () => {
    const { module } = await start();
    const made = module.get<Made>('made');
    await made.byId(1);
    await made.byId(1);
    expect(made.loads).toBe(1);
    const [one, other] = await Promise.all([module.resolve(OfRequest), module.resolve(OfRequest)]);
    expect(one).not.toBe(other);
    await one.byId(1);
    await other.byId(1);
    expect(one.loads + other.loads).toBe(1);
  });

  it('caches the methods of controllers', async () => {
    const { module } = await start();
    const controller = module.get(Answers);
    expect(await controller.above()).toBe(await controller.above());
  });

  it('rejects, rather than throws, where no key can be made of the arguments', async () => {
    const { module } = await start();
    const calling = (): Promise<string> => module.get(Orders).byId(() => 1);
    await expect(calling()).rejects.toThrow('@Cached() on Repository.byId: a cache key cannot be made of a function');
  });

  it('does nothing where it cannot tell what to invalidate', async () => {
    const { module } = await start();
    const orders = module.get(Orders);
    await expect(orders.throwing()).rejects.toThrow('no keys');
    await expect(orders.wrong()).rejects.toThrow(
      "@InvalidatesCache() on Repository.wrong: tags must be an array of texts, not 'no array'",
    );
    expect(orders.loads).toBe(0);
  });

  it('refuses bad options, and what is not a method of instances, where it is written', () => {
    const decorate = Cached() as (target: object, name: string, descriptor?: PropertyDescriptor) => void;
    expect(() => decorate({}, 'field')).toThrow('@Cached() has to stand on a method of instances, which field is not');
    expect(() => decorate(Users, 'of', { value: () => 1 })).toThrow('which of is not');
  });

  it('is the plain method on an instance that Nest did not make', async () => {
    const users = new Users();
    await users.count();
    await users.count();
    expect(users.finds).toHaveLength(2);
  });
});
