import { existsSync } from 'node:fs';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { AppModule } from './app.module';
import { setUpApp } from './app.setup';
import type { AppConfig } from './config/app-config';
import { InvalidEnvironmentError, loadConfig } from './config/load-config';

async function start(): Promise<void> {
  const config = readConfig();
  const app = await NestFactory.create<NestExpressApplication>(AppModule.forRoot(config));
  setUpApp(app, config);
  app.enableShutdownHooks();
  await app.listen(config.server.port, config.server.host);
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
