import type { INestApplication, NestApplicationOptions } from '@nestjs/common';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { TestingModule } from '@nestjs/testing';
import type { App } from 'supertest/types';

/** The HTTP frameworks that the rooms work on in another application. */
export const FRAMEWORKS = ['express', 'fastify'] as const;
export type Framework = (typeof FRAMEWORKS)[number];

export const adapterOf = (framework: Framework): ExpressAdapter | FastifyAdapter =>
  framework === 'express' ? new ExpressAdapter() : new FastifyAdapter();

export function createOn(
  framework: Framework,
  module: TestingModule,
  options: NestApplicationOptions = {},
): INestApplication<App> {
  return module.createNestApplication<INestApplication<App>>(adapterOf(framework), options);
}

/** Initializes the application so far that its server answers once it listens. */
export async function initialized<T extends INestApplication>(app: T): Promise<T> {
  await app.init();
  const adapter: unknown = app.getHttpAdapter();
  if (adapter instanceof FastifyAdapter) await adapter.getInstance().ready();
  return app;
}
