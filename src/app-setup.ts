import type { NestExpressApplication } from '@nestjs/platform-express';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { configureDoor } from './http/http-setup';
import { StrayLimit } from './http/unrouted-limit';
import { SERVICE_VERSION } from './common/service-version';
import type { AppConfig } from './config/app-config';
import { describeDoor } from './security/security-openapi';

/** What main and the end-to-end tests share: everything about the HTTP server that is not a module. */
export function setUpApp(app: NestExpressApplication, config: AppConfig): void {
  configureDoor(app, { ...config.server, bodiesAfterGuards: true, strayLimit: app.get(StrayLimit) });
  SwaggerModule.setup('docs', app, () => describeDoor(SwaggerModule.createDocument(app, apiDescription()), app), {
    jsonDocumentUrl: 'docs-json',
    customSiteTitle: 'performance-gateway API',
  });
}

function apiDescription() {
  return new DocumentBuilder()
    .setTitle('performance-gateway')
    .setVersion(SERVICE_VERSION)
    .setDescription('Cache, connection pools, metrics, alerts and benchmarks of one backend, behind /performance.')
    .build();
}
