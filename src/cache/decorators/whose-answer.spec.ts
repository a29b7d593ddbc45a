import { Controller, Get, Inject, Injectable, Scope, type Type } from '@nestjs/common';
import { ContextIdFactory, ModuleRef, REQUEST } from '@nestjs/core';
import { Test, type TestingModule } from '@nestjs/testing';
import { CommonModule } from '../../common/common.module';
import { CacheModule } from '../cache.module';
import { Cached, type CachedCall } from './cached.decorator';

interface Asked {
  readonly user?: string;
}

@Injectable({ scope: Scope.REQUEST })
class Shared {
  constructor(@Inject(REQUEST) readonly request: Asked) {}

  @Cached()
  async name(): Promise<string> {
    return this.request.user ?? 'nobody';
  }
}

@Injectable({ scope: Scope.REQUEST, durable: true })
class Durable {
  @Cached({ ttlMs: 5 })
  async name(): Promise<string> {
    return 'a';
  }
}

@Injectable({ scope: Scope.REQUEST })
class Asker {
  constructor(@Inject(REQUEST) readonly request: Asked) {}
}

@Injectable()
class Below {
  constructor(readonly asker: Asker) {}

  @Cached()
  async name(): Promise<string> {
    return this.asker.request.user ?? 'nobody';
  }
}

@Controller()
class Page {
  constructor(readonly asker: Asker) {}

  @Get()
  @Cached()
  async name(): Promise<string> {
    return this.asker.request.user ?? 'nobody';
  }
}

@Injectable({ scope: Scope.REQUEST })
class Personal {
  constructor(@Inject(REQUEST) readonly request: Asked) {}

  @Cached({ vary: ({ instance }: CachedCall<[], Personal>) => instance.request.user })
  async name(): Promise<string> {
    return `${this.request.user}`;
  }

  @Cached({
    key: (id: number) => `order:${id}`,
    vary: ({ instance, args }: CachedCall<[number], Personal>) => [instance.request.user, args[0] > 1],
  })
  async order(id: number): Promise<string> {
    return `${this.request.user} ${id}`;
  }
}

async function start(...classes: readonly Type[]): Promise<TestingModule> {
  const module = await Test.createTestingModule({
    imports: [CommonModule, CacheModule.forRoot({ redis: false })],
    providers: [Asker, ...classes.filter((type) => type !== Page)],
    controllers: classes.filter((type) => type === Page),
  }).compile();
  await module.init();
  return module;
}

function asks(modules: TestingModule, user: string | undefined): Promise<Personal> {
  const context = ContextIdFactory.create();
  modules.get(ModuleRef).registerRequestByContextId({ user }, context);
  return modules.resolve(Personal, context);
}

describe('whose answer a @Cached() method gives', () => {
  it.each<[string, Type, string]>([
    ['request-scoped', Shared, 'Shared.name (provided as Shared)'],
    ['durable', Durable, 'Durable.name (provided as Durable)'],
    ['above a request-scoped one', Below, 'Below.name (provided as Below)'],
    ['a controller above a request-scoped one', Page, 'Page.name (provided as Page)'],
  ])('is refused at the start in a provider that is %s, unless its key says', async (_, type, place) => {
    await expect(start(type)).rejects.toThrow(
      new RegExp(`@Cached\\(\\) on ${place.replace(/[()]/g, String.raw`\$&`)}: .*give @Cached\\(\\) a key or vary`),
    );
  });

  it('names all such methods at once', async () => {
    await expect(start(Shared, Below)).rejects.toThrow(/Shared\.name \(provided as Shared\), .*Below\.name/);
  });

  it('is told by vary: everyone gets an own one, and the same one again', async () => {
    const modules = await start(Personal);
    for (const user of ['alice', 'bob', 'alice']) {
      const personal = await asks(modules, user);
      expect(await personal.name()).toBe(user);
      expect(await personal.order(1)).toBe(`${user} 1`);
      expect(await personal.order(2)).toBe(`${user} 2`);
    }
  });

  it('is refused where vary does not know: all such callers would share it', async () => {
    const nobody = await asks(await start(Personal), undefined);
    await expect(nobody.name()).rejects.toThrow(
      '@Cached() on Personal.name: a cache key cannot be made of the undefined that vary returned',
    );
  });
});
