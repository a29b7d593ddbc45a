import { NestFactory } from '@nestjs/core';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { Database } from 'performance-gateway/database';
import { AppModule } from './app.module';

async function start(): Promise<void> {
  const app = await NestFactory.create(AppModule);
  app.enableShutdownHooks();
  const description = new DocumentBuilder().setTitle('Shop').addBearerAuth().build();
  SwaggerModule.setup('docs', app, () => SwaggerModule.createDocument(app, description));
  await app.init();
  await app.get(Database).whenReady(); // no request before the tables are there
  await app.listen(process.env.PORT ?? 3000);
}
void start();
