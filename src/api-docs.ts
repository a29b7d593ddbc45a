import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import type { NextFunction, Request, Response } from 'express';
import { apiDescription, completeDescription, withPresentTimes } from './api-description';
import { Clock } from './common/clock';
import { acceptsGzip } from './http';
import { UnroutedLimit } from './http/unrouted-limit';

/** The files that Swagger's module serves. */
const FILES = dirname(
  require.resolve('swagger-ui-dist/package.json', { paths: [require.resolve('@nestjs/swagger/package.json')] }),
);
const PATH = '/docs';
const JSON_PATH = '/docs-json';
/** The files of the page that are large; the others Swagger serves itself. */
const ASSETS: Readonly<Record<string, string>> = {
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
  'swagger-ui-standalone-preset.js': 'text/javascript; charset=utf-8',
  'swagger-ui.css': 'text/css; charset=utf-8',
};
/** They change with an upgrade only, which a browser sees a day later at most (s). */
const MAX_AGE_SECONDS = 86_400;

/** Serves the description of the API at `/docs`, for everybody, within the limits of what no route answers. */
export function serveApiDocs(app: NestExpressApplication): void {
  const limit = app.get(UnroutedLimit);
  const counted = (request: Request, response: Response, next: NextFunction): void => {
    limit.count(request, response).then(() => next(), next);
  };
  app.use(PATH, counted);
  app.use(JSON_PATH, counted);
  for (const [name, contentType] of Object.entries(ASSETS)) {
    app.use(`${PATH}/${name}`, sender(new Asset(join(FILES, name), contentType)));
  }
  const clock = app.get(Clock);
  const describe = () => completeDescription(SwaggerModule.createDocument(app, apiDescription()), app);
  SwaggerModule.setup('docs', app, describe, {
    jsonDocumentUrl: 'docs-json',
    patchDocumentOnRequest: (_request, _response, document: OpenAPIObject) => withPresentTimes(document, clock.now()),
    customSiteTitle: 'performance-gateway API',
  });
}

/** A file of a megabyte or so, read and compressed when it is first asked for. */
class Asset {
  private content: Promise<{ readonly plain: Buffer; readonly zipped: Buffer; readonly etag: string }> | undefined;

  constructor(
    private readonly path: string,
    readonly contentType: string,
  ) {}

  load() {
    this.content ??= this.read();
    this.content.catch(() => (this.content = undefined)); // the next one tries again
    return this.content;
  }

  private async read() {
    const plain = await readFile(this.path);
    const zipped = await promisify(gzip)(plain);
    return { plain, zipped, etag: createHash('sha256').update(plain).digest('base64url').slice(0, 20) };
  }
}

function sender(asset: Asset) {
  return (request: Request, response: Response, next: NextFunction): void => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return next();
    asset.load().then(({ plain, zipped, etag }) => {
      const zips = acceptsGzip(request.headers['accept-encoding']);
      response.vary('Accept-Encoding');
      response.set({
        'Content-Type': asset.contentType,
        'Cache-Control': `public, max-age=${MAX_AGE_SECONDS}`,
        ETag: `"${etag}${zips ? '-gzip' : ''}"`,
        ...(zips ? { 'Content-Encoding': 'gzip' } : {}),
      });
      if (request.fresh) response.status(304).end();
      else response.end(zips ? zipped : plain);
    }, next);
  };
}
