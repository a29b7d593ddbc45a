import { Test } from '@nestjs/testing';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { AppModule } from '../../src/app.module';
import { setUpApp } from '../../src/app-setup';
import { testConfig } from './test-config';

/** The whole service as `main` builds it, listening on a free port; `await using` or `close()` ends it. */
export async function startApp(env: Readonly<Record<string, string>> = {}): Promise<NestExpressApplication> {
  const config = testConfig(env);
  const module = await Test.createTestingModule({ imports: [AppModule.forRoot(config)] }).compile();
  const app = module.createNestApplication<NestExpressApplication>();
  try {
    setUpApp(app, config);
    await app.listen(0, '127.0.0.1');
    return app;
  } catch (error) {
    await app.close(); // what had started before it failed
    throw error;
  }
}
