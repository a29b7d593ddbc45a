import type { NestExpressApplication } from '@nestjs/platform-express';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { configureHttp } from './http/http-setup';
import { UnroutedLimit } from './http/unrouted-limit';
import { SERVICE_VERSION } from './common/service-version';
import type { AppConfig } from './config/app-config';
import { describeAccess } from './security/security-openapi';

/** What main and the end-to-end tests share: everything about the HTTP server that is not a module. */
export function setUpApp(app: NestExpressApplication, config: AppConfig): void {
  configureHttp(app, { ...config.server, bodiesAfterGuards: true, unroutedLimit: app.get(UnroutedLimit) });
  SwaggerModule.setup('docs', app, () => describeAccess(SwaggerModule.createDocument(app, apiDescription()), app), {
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
