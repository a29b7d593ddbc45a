import { Controller, Get, type INestApplication, NotFoundException, Query } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import request from 'supertest';
import type { App } from 'supertest/types';
import { z } from 'zod';
import { withHttpDefaults } from '../../src/http/controller-defaults';
import { defineError, DomainError } from '../../src/performance';
import { createOn, FRAMEWORKS, initialized } from '../support/frameworks';

const OUT_OF_STOCK = defineError('OUT_OF_STOCK', {
  status: 410,
  title: 'The article is sold out',
  remedy: 'Order another one.',
});

class OutOfStockError extends DomainError {
  constructor(readonly article: string) {
    super(OUT_OF_STOCK, `article ${article} of warehouse 10.0.0.1 is sold out`);
  }
  override get detail(): string {
    return `There is no ${this.article} left.`;
  }
}

const query = z.strictObject({ limit: z.coerce.number().int().max(10).default(5) });

@Controller('ours')
class OurController {
  @Get()
  list(@Query({ schema: query }) { limit }: z.infer<typeof query>) {
    return { limit };
  }
  @Get('none')
  none(): never {
    throw new NotFoundException('no such thing');
  }
  @Get('sold-out')
  soldOut(): never {
    throw new OutOfStockError('lamp');
  }
}

@Controller('theirs')
class HostController {
  @Get()
  list(@Query() all: unknown) {
    return all;
  }
  @Get('none')
  none(): never {
    throw new NotFoundException('no such thing');
  }
}

describe.each(FRAMEWORKS)(
  'controllers with validation and problem details of their own in a host on %s (e2e)',
  (framework) => {
    let app: INestApplication<App>;
    const get = (path: string) => request(app.getHttpServer()).get(path);
    beforeAll(async () => {
      const controllers = [...withHttpDefaults([OurController]), HostController];
      const module = await Test.createTestingModule({ controllers }).compile();
      app = await initialized(createOn(framework, module));
    });
    afterAll(() => app.close());

    it('validates and explains', async () => {
      await get('/ours?limit=7').expect(200, { limit: 7 });
      const { body, headers } = await get('/ours?limit=70&page=2').expect(400);
      expect(headers['content-type']).toBe('application/problem+json');
      expect(body).toMatchObject({ code: 'VALIDATION_FAILED', errors: [{ field: 'limit' }, { field: 'page' }] });
      expect((await get('/ours/none').expect(404)).body).toMatchObject({
        code: 'RESOURCE_UNKNOWN',
        detail: 'no such thing',
      });
      expect((await get('/ours/none?x=1').expect(400)).body).toMatchObject({ code: 'VALIDATION_FAILED' });
    });

    it('answers an error that the application defined as it was defined', async () => {
      expect((await get('/ours/sold-out').expect(410)).body).toEqual({
        type: 'about:blank',
        title: 'The article is sold out',
        status: 410,
        code: 'OUT_OF_STOCK',
        detail: 'There is no lamp left.',
        instance: '/ours/sold-out',
      });
    });

    it('leaves the routes of the host alone', async () => {
      await get('/theirs?anything=1').expect(200, { anything: '1' });
      const { body } = await get('/theirs/none').expect(404);
      expect(body).toEqual({ message: 'no such thing', error: 'Not Found', statusCode: 404 });
    });

    it('leaves the class itself as it was, however often it is asked', () => {
      const [first, second] = [withHttpDefaults([OurController]), withHttpDefaults([OurController])];
      expect(first[0]).not.toBe(second[0]);
      expect(first[0]!.name).toBe('OurController');
      for (const key of ['__guards__', '__pipes__', '__exceptionFilters__']) {
        expect(Reflect.getMetadata(key, OurController)).toBeUndefined();
        expect(Reflect.getMetadata(key, second[0]!)).toHaveLength(1);
      }
    });
  },
);
