import type { NestExpressApplication } from '@nestjs/platform-express';
import { serveApiDocs } from './api-docs';
import type { AppConfig } from './config/app-config';
import { Instance } from './copies/instance';
import { configureHttp } from './http/http-setup';
import { UnroutedLimit } from './http/unrouted-limit';

/** What main and the end-to-end tests share: everything about the HTTP server that is not a module. */
export function setUpApp(app: NestExpressApplication, config: AppConfig): void {
  configureHttp(app, {
    ...config.server,
    instance: app.get(Instance).id,
    bodiesAfterGuards: true,
    unroutedLimit: app.get(UnroutedLimit),
  });
  if (config.docsEnabled) serveApiDocs(app);
}
