import { existsSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { AppModule } from './app.module';
import { setUpApp } from './app-setup';
import { doneWithin } from './common/deadline';
import { DomainError } from './common/errors/domain-error';
import { ServiceLogger } from './common/log/service-logger';
import { SecretRedactor } from './common/log/secret-redactor';
import type { AppConfig } from './config/app-config';
import { InvalidEnvironmentError, loadConfig } from './config/load-config';
import { misspeltVariables } from './config/misspelt-variables';
import { Instance } from './copies/instance';
import { Database } from './database/database';
import { shutDownOnSignals } from './graceful-shutdown';
import { listenBeside } from './http/http-setup';
import { Lifecycle } from './health/lifecycle';
import { AccessTokens } from './security/access-tokens';
import { secretValues } from './config/secret-values';
import { startupMessage } from './startup-message';

const TABLES_WAIT_MS = 2_000;

async function start(): Promise<void> {
  const config = readConfig();
  const redactor = new SecretRedactor(secretValues(config));
  const logger = new ServiceLogger({ level: config.logLevel, json: config.production, redactor });
  Logger.overrideLogger(logger);
  const app = await NestFactory.create<NestExpressApplication>(AppModule.forRoot(config), {
    logger,
    abortOnError: false,
  });
  redactor.add(app.get(AccessTokens).generated?.token ?? '');
  try {
    await open(app, config);
  } catch (error) {
    await app.close();
    throw error;
  }
  warnOfSurprises(config, logger);
  await tablesOrTimeout(app.get(Database));
  const address = app.getHttpServer().address() as AddressInfo | null;
  if (address === null) return; // a signal has ended it meanwhile
  showToken(app, config);
  for (const line of startupMessage(config, address.port)) logger.log(line, 'Start');
}

async function open(app: NestExpressApplication, config: AppConfig): Promise<void> {
  setUpApp(app, config);
  const lifecycle = app.get(Lifecycle);
  shutDownOnSignals(app, {
    timeoutMs: config.server.shutdownTimeoutMs,
    beginDraining: () => lifecycle.beginDraining(),
  });
  await app.listen(config.server.port, config.server.host);
  const { workerPort, host } = config.server;
  const { id, worker } = app.get(Instance);
  if (workerPort !== undefined) await listenBeside(app, workerPort + worker, host, { ...config.server, instance: id });
  lifecycle.markReady();
}

/** What is allowed but rarely meant. */
function warnOfSurprises({ pools: { postgres } }: AppConfig, logger: ServiceLogger): void {
  for (const { name, meant } of misspeltVariables(process.env)) {
    logger.warn(`${name} is none of the service's variables; there is ${meant.join(', ')}`, 'Start');
  }
  if (postgres.url === undefined && postgres.embeddedDataDir === undefined) {
    logger.warn('No PostgreSQL (POSTGRES_URL, EMBEDDED_POSTGRES=true): metrics live in memory only', 'Start');
  }
}

/** Waits a moment for the tables, so that what their making logs does not follow the lines that say where to look. */
async function tablesOrTimeout(database: Database): Promise<void> {
  const settled = database.whenReady().catch(() => undefined);
  await doneWithin(settled, TABLES_WAIT_MS);
}

/** The token that was made up is for the person at the terminal; it must not end in a collected log. */
function showToken(app: NestExpressApplication, { production }: AppConfig): void {
  const { generated } = app.get(AccessTokens);
  if (generated && !production && process.stdout.isTTY) {
    process.stdout.write(`The token of this service, kept in ${generated.path}: ${generated.token}\n`);
  }
}

/** `.env` in the working directory fills in what the environment does not set. */
function readConfig(): AppConfig {
  if (existsSync('.env')) process.loadEnvFile('.env');
  return loadConfig(process.env);
}

/** One sentence where the cause is known, the whole error where it is not. */
function explain(error: unknown): string {
  if (error instanceof InvalidEnvironmentError || error instanceof DomainError) return error.message;
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE' || code === 'EACCES') {
    return `The HTTP server cannot listen: ${(error as Error).message}. Set PORT to another port (0 takes a free one).`;
  }
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

start().catch((error: unknown) => {
  process.stderr.write(`${explain(error)}\n`);
  process.exit(1);
});
