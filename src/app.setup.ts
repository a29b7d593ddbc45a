import type { NestExpressApplication } from '@nestjs/platform-express';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { configureDoor } from './common/http/door.setup';
import type { AppConfig } from './config/app-config';

/** What main and the end-to-end tests share: everything about the HTTP server that is not a module. */
export function setUpApp(app: NestExpressApplication, config: AppConfig): void {
  configureDoor(app, config.server);
  SwaggerModule.setup('docs', app, () => SwaggerModule.createDocument(app, apiDescription()), {
    jsonDocumentUrl: 'docs-json',
    customSiteTitle: 'performance-gateway API',
  });
}

function apiDescription() {
  return new DocumentBuilder()
    .setTitle('performance-gateway')
    .setDescription('Cache, connection pools, metrics, alerts and benchmarks of one backend, behind /performance.')
    .addBearerAuth()
    .build();
}
