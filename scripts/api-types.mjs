// Makes the types that the dashboard has of the API: those of the OpenAPI document of the build. `npm run typecheck` calls it.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import openapiTS, { astToString } from 'openapi-typescript';
import { buildIfStale } from './build-if-stale.mjs';

const root = join(import.meta.dirname, '..');
buildIfStale();
const require = createRequire(import.meta.url);
const { NestFactory } = require('@nestjs/core');
const { SwaggerModule } = require('@nestjs/swagger');
const { AppModule } = require('../dist/app.module.js');
const { loadConfig } = require('../dist/config/load-config.js');
const { apiDescription } = require('../dist/api-description.js');

// Nothing is instantiated: the routes and their schemas are enough.
const folder = mkdtempSync(join(tmpdir(), 'api-types-'));
const app = await NestFactory.create(AppModule.forRoot(loadConfig({ DATA_DIR: folder })), {
  preview: true,
  logger: false,
});
rmSync(folder, { recursive: true });
const document = SwaggerModule.createDocument(app, apiDescription());
writeFileSync(join(root, 'dashboard/src/api/openapi.ts'), astToString(await openapiTS(JSON.stringify(document))));
