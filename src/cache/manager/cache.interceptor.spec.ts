import { CacheInterceptor as OtherInterceptor } from '@nestjs/cache-manager';
import {
  ClassSerializerInterceptor,
  Controller,
  Get,
  Header,
  HttpCode,
  Param,
  Res,
  StreamableFile,
  UseInterceptors,
  type INestApplication,
} from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { ObjectId } from 'bson';
import { Exclude } from 'class-transformer';
import dayjs from 'dayjs';
import { Decimal } from 'decimal.js';
import type { Response } from 'express';
import { DateTime } from 'luxon';
import moment from 'moment';
import { Readable } from 'node:stream';
import { of } from 'rxjs';
import { CommonModule } from '../../common/common.module';
import { CacheModule } from '../cache.module';
import { CacheInterceptor } from './cache.interceptor';

class Account {
  readonly password = 'secret';
  readonly name = 'Ann';
  toJSON(): object {
    return { name: this.name };
  }
}
class User {
  readonly name = 'Ann';
  @Exclude() readonly password: string = 'secret';
}
class Point {
  readonly x = 1;
  twice = (): number => 2 * this.x;
}

const cycle: Record<string, unknown> = {};
cycle.self = cycle;

/** What a handler may return; a function, so that every call makes its own. */
const KINDS: Record<string, () => unknown> = {
  text: () => 'hello',
  'an empty text': () => '',
  'a text of JSON': () => '{"a":1}',
  'a number': () => 5,
  zero: () => 0,
  'not a number': () => Number.NaN,
  true: () => true,
  false: () => false,
  null: () => null,
  undefined: () => undefined,
  'an empty object': () => ({}),
  'an object': () => ({ b: 1, a: { c: [1, null, 'x'] } }),
  'properties that are undefined': () => ({ a: undefined, b: 1 }),
  'numbers JSON has not': () => [Number.NaN, Number.POSITIVE_INFINITY, -0],
  'a list with holes': () => Object.assign([], { 2: 1 }),
  'functions in properties': () => ({ a: 1, run: () => 1 }),
  'functions in a list': () => [1, () => 1],
  'symbols in properties': () => ({ a: 1, [Symbol('s')]: 2, s: Symbol('s') }),
  'a Date': () => new Date(0),
  'Dates inside': () => ({ at: new Date(0), bad: new Date(Number.NaN) }),
  'a Map and a Set': () => ({ map: new Map([['a', 1]]), set: new Set([1]) }),
  'a Buffer': () => Buffer.from('ab'),
  'a typed array': () => ({ bytes: new Uint8Array([1, 2]) }),
  'an instance': () => new Point(),
  'an instance with toJSON': () => ({ account: new Account() }),
  'an instance with @Exclude()': () => new User(),
  'instances with @Exclude() in a list': () => [new User(), new User()],
  'a decimal': () => ({ price: new Decimal('1.50') }),
  'an ObjectId': () => ({ id: new ObjectId('65a1b2c3d4e5f60718293a4b') }),
  'dates of packages': () => [DateTime.fromMillis(0, { zone: 'utc' }), dayjs(0), moment.utc(0)],
  'an Error': () => new TypeError('x'),
  'a regular expression': () => ({ pattern: /x/ }),
  'a URL': () => ({ url: new URL('http://a.b/c') }),
  'a bigint, which JSON refuses': () => ({ a: 1n }),
  'a cycle, which JSON refuses': () => cycle,
  'an observable': () => of({ a: 1 }),
  'a file': () => new StreamableFile(Buffer.from('file'), { type: 'text/x-file' }),
  'a file of a stream': () => new StreamableFile(Readable.from(['file'])),
  'an object of no prototype': () => Object.assign(Object.create(null) as object, { a: 1 }),
};
const NAMES = Object.keys(KINDS);

type Interceptors = Parameters<typeof UseInterceptors>;

function controllerWith(interceptors: Interceptors): new () => object {
  @Controller()
  @UseInterceptors(...interceptors)
  class Answers {
    @Get('kinds/:at')
    kind(@Param('at') at: string): unknown {
      return KINDS[NAMES[Number(at)]!]!();
    }

    @Get('part')
    part(@Res({ passthrough: true }) response: Response): unknown {
      response.status(206).type('text/csv');
      return 'a,b';
    }

    @Get('created')
    @HttpCode(201)
    @Header('content-type', 'text/x-made')
    created(): unknown {
      return 'made';
    }
  }
  return Answers;
}

async function start(...interceptors: Interceptors): Promise<INestApplication> {
  const module = await Test.createTestingModule({
    imports: [CommonModule, CacheModule.forRoot({ redis: false })],
    controllers: [controllerWith(interceptors)],
  }).compile();
  const app = module.createNestApplication({ logger: false });
  await app.listen(0, '127.0.0.1');
  return app;
}

async function ask(app: INestApplication, path: string) {
  const response = await fetch(`${await app.getUrl()}/${path}`);
  const { status, headers } = response;
  const body = Buffer.from(await response.arrayBuffer()).toString('base64');
  return { cache: headers.get('x-cache'), answer: { status, type: headers.get('content-type'), body } };
}

describe.each<[string, Interceptors]>([
  ['CacheInterceptor', [CacheInterceptor]],
  ['CacheInterceptor inside of ClassSerializerInterceptor', [ClassSerializerInterceptor, CacheInterceptor]],
  ['the CacheInterceptor of @nestjs/cache-manager', [OtherInterceptor]],
])('%s', (_, interceptors) => {
  let app: INestApplication;
  beforeAll(async () => {
    app = await start(...interceptors);
  });
  afterAll(() => app.close());

  it.each(NAMES.map((name, at) => [name, at] as const))('answers %s twice with the same bytes', async (_name, at) => {
    const first = await ask(app, `kinds/${at}`);
    expect(first.cache).toBe('MISS');
    const second = await ask(app, `kinds/${at}`);
    expect(second.answer).toEqual(first.answer);
  });
});

describe('CacheInterceptor', () => {
  it.each<[string, Interceptors]>([
    ['an instance with toJSON', [CacheInterceptor]],
    ['an instance with toJSON', [ClassSerializerInterceptor, CacheInterceptor]],
    ['an instance with toJSON', [OtherInterceptor]],
    ['an instance with @Exclude()', [ClassSerializerInterceptor, CacheInterceptor]],
    ['instances with @Exclude() in a list', [ClassSerializerInterceptor, CacheInterceptor]],
    ['an instance with @Exclude()', [ClassSerializerInterceptor, OtherInterceptor]],
  ])('hides what %s hides', async (name, interceptors) => {
    const app = await start(...interceptors);
    for (const cache of ['MISS', 'HIT']) {
      const found = await ask(app, `kinds/${NAMES.indexOf(name)}`);
      expect(found.cache).toBe(cache);
      expect(Buffer.from(found.answer.body, 'base64').toString()).not.toContain('secret');
    }
    await app.close();
  });

  it('repeats the status and the content type that the handler set', async () => {
    const app = await start(CacheInterceptor);
    const expected = { part: [206, 'text/csv; charset=utf-8'], created: [201, 'text/x-made; charset=utf-8'] };
    for (const [path, [status, type]] of Object.entries(expected)) {
      const [first, second] = [await ask(app, path), await ask(app, path)];
      expect([first.cache, second.cache]).toEqual(['MISS', 'HIT']);
      expect(first.answer).toMatchObject({ status, type });
      expect(second.answer).toEqual(first.answer);
    }
    await app.close();
  });
});
