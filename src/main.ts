import { existsSync } from 'node:fs';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { AppModule } from './app.module';
import { setUpApp } from './app.setup';
import { SecretRedactor } from './common/log/secret-redactor';
import { ServiceLogger } from './common/log/service.logger';
import type { AppConfig } from './config/app-config';
import { InvalidEnvironmentError, loadConfig } from './config/load-config';
import { Lifecycle } from './health/lifecycle';
import { AccessTokens } from './security/access-tokens';
import { secretValues } from './security/secret-values';

async function start(): Promise<void> {
  const config = readConfig();
  const redactor = new SecretRedactor(secretValues(config));
  const logger = new ServiceLogger({ level: config.logLevel, json: config.production, redactor });
  const app = await NestFactory.create<NestExpressApplication>(AppModule.forRoot(config), { logger });
  redactor.add(app.get(AccessTokens).generated?.token ?? '');
  setUpApp(app, config);
  app.enableShutdownHooks();
  await app.listen(config.server.port, config.server.host);
  app.get(Lifecycle).markReady();
}

/** `.env` in the working directory fills in what the environment does not set. */
function readConfig(): AppConfig {
  if (existsSync('.env')) process.loadEnvFile('.env');
  try {
    return loadConfig(process.env);
  } catch (error) {
    if (!(error instanceof InvalidEnvironmentError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
}

void start();
