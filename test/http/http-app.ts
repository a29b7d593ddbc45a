import { Body, Controller, Delete, Get, Module, Param, Post, Query, Req, Res } from '@nestjs/common';
import type { Response } from 'express';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { ApiConsumes } from '@nestjs/swagger';
import { Test } from '@nestjs/testing';
import { z } from 'zod';
import { CommonModule } from '../../src/common/common.module';
import { DomainError } from '../../src/common/errors/domain-error';
import { RouteAccess } from '../../src/http/access.decorator';
import type { HttpRequest } from '../../src/http/http-request';
import { configureHttp, type HttpOptions } from '../../src/http/http-setup';
import { UnroutedLimit } from '../../src/http/unrouted-limit';
import { UNAVAILABLE } from '../../src/http/http.errors';
import { HealthModule } from '../../src/health/health.module';
import { SecurityModule } from '../../src/security/security.module';
import type { RateLimitOptions, SecurityOptions } from '../../src/security/security.options';

export const READ = 'read-token-0123456789';
export const ADMIN = 'admin-token-0123456789';
export const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
export const basic = (token: string) => ({ authorization: `Basic ${Buffer.from(`any:${token}`).toString('base64')}` });

const listQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(100).default(10),
  sort: z.enum(['asc', 'desc']).optional(),
});
const itemParams = z.strictObject({ name: z.string().regex(/^[a-z]{1,20}$/) });
const itemBody = z.strictObject({ count: z.number().int().min(0), note: z.string().max(20).optional() });

class BusyError extends DomainError {
  constructor() {
    super(UNAVAILABLE, 'pool at 10.0.0.1 is full');
  }
  override get retryAfterSeconds(): number {
    return 1.2;
  }
}

/** One route of each kind of access, and what fails in each way. */
@Controller('performance')
class ItemsController {
  @RouteAccess('read')
  @Get('items')
  list(@Query({ schema: listQuery }) query: z.infer<typeof listQuery>, @Req() { principal }: HttpRequest) {
    return { query, scope: principal?.scope };
  }

  @RouteAccess('admin')
  @Post('items/:name')
  create(
    @Param({ schema: itemParams }) params: z.infer<typeof itemParams>,
    @Query({ schema: listQuery }) query: z.infer<typeof listQuery>,
    @Body({ schema: itemBody }) body: z.infer<typeof itemBody>,
  ) {
    return { params, query, body };
  }

  @RouteAccess('admin')
  @Delete('items')
  clear() {
    return { removed: 0 };
  }

  @Get('undeclared')
  undeclared() {
    return {};
  }

  @RouteAccess('page')
  @Get('dashboard')
  dashboard() {
    return 'page or data';
  }

  @RouteAccess('read')
  @ApiConsumes('application/x-www-form-urlencoded', 'application/json')
  @Post('prometheus/api/v1/query')
  query(@Body({ schema: z.strictObject({ query: z.string() }) }) body: { query: string }) {
    return body;
  }

  @RouteAccess('read')
  @Get('half')
  half(@Res() response: Response): never {
    response.write('the first half');
    throw new Error('the second half is missing');
  }

  @RouteAccess('read')
  @Get('busy')
  busy(): never {
    throw new BusyError();
  }

  @RouteAccess('read')
  @Get('crash')
  crash(): never {
    throw new Error('SELECT * FROM users at 10.0.0.1:5432 in /srv/app/secret.ts');
  }
}

@RouteAccess('read')
@Controller('metrics')
class ScrapeController {
  @Get()
  scrape() {
    return 'up 1';
  }
}

@Controller('public')
class PublicController {
  @RouteAccess('public')
  @Get()
  get() {
    return 'public';
  }
}

export interface HttpAppOptions extends Omit<Partial<SecurityOptions>, 'rateLimits'> {
  readonly rateLimits?: Partial<RateLimitOptions>;
  readonly http?: HttpOptions;
  readonly readinessRequires?: readonly string[];
  readonly imports?: NonNullable<Parameters<typeof Test.createTestingModule>[0]['imports']>;
}

/** A small application behind the real HTTP setup, listening on a free port. */
export async function startHttpApp({ http, imports = [], readinessRequires = [], ...security }: HttpAppOptions = {}) {
  @Module({
    imports: [
      CommonModule,
      ...imports,
      HealthModule.forRoot({ readinessRequires }),
      SecurityModule.forRoot({
        production: false,
        dataDir: '/nonexistent',
        tokens: [
          { scope: 'read', token: READ },
          { scope: 'admin', token: ADMIN },
        ],
        metricsPublic: false,
        ...security,
        rateLimits: {
          enabled: true,
          readsPerMinute: 3_000,
          changesPerMinute: 60,
          failedLoginsPerMinute: 20,
          ...security.rateLimits,
        },
      }),
    ],
    controllers: [ItemsController, ScrapeController, PublicController],
  })
  class HttpAppModule {}

  const module = await Test.createTestingModule({ imports: [HttpAppModule] }).compile();
  const app = module.createNestApplication<NestExpressApplication>();
  configureHttp(app, { ...http, bodiesAfterGuards: true, unroutedLimit: app.get(UnroutedLimit) });
  await app.listen(0, '127.0.0.1');
  return app;
}
