import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import {
  acceptsGzip,
  addVary,
  type FrameworkRequest,
  type FrameworkResponse,
  nodeRequest,
  takeResponse,
} from '../../http';
import type { Presentation } from './presentation';

export interface DashboardAsset {
  readonly contentType: string;
  readonly body: Buffer;
  readonly zipped: Buffer;
  readonly etag: string;
  /** Its name changes with its content, so that browsers need never ask again. */
  readonly isNamedByContent: boolean;
}

/** What `npm run build` makes of the sources in `dashboard`; the same from `src` and from `dist`. */
const BUILT = join(__dirname, '../../../dashboard/dist');
const FILES = join(BUILT, 'dashboard/assets');

const HTML = 'text/html; charset=utf-8';
const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
};
const NOT_BUILT =
  '<!doctype html><html lang="en"><title>{{name}}</title><p>The dashboard is not built. Run: npm run build</p>';

let files: ReadonlyMap<string, DashboardAsset> | undefined;
let template: string | undefined;

/** A file that the page loads: nothing else can be asked for, and nothing comes from another host. */
export function dashboardAsset(name: string): DashboardAsset | undefined {
  files ??= new Map(
    (existsSync(FILES) ? readdirSync(FILES) : []).flatMap((file) => {
      const plainName = file.replace(/\.gz$/, '');
      const contentType = CONTENT_TYPES[extname(plainName)];
      return contentType === undefined ? [] : [[plainName, builtAsset(readFileSync(join(FILES, file)), contentType)]];
    }),
  );
  return files.get(name);
}

/** The page itself, as asked for at `path`. */
export function dashboardPage({ name, docs }: Presentation, path: string): DashboardAsset {
  const page = join(BUILT, 'index.html');
  template ??= existsSync(page) ? readFileSync(page, 'utf8') : NOT_BUILT;
  const link = docs === undefined ? '' : escaped(hrefFrom(path, docs));
  const html = template.replaceAll('{{name}}', () => escaped(name)).replace('{{docs}}', () => link);
  return htmlAsset(html);
}

/** A page of its own. */
export function htmlAsset(html: string): DashboardAsset {
  const body = Buffer.from(html);
  return { contentType: HTML, body, zipped: gzipSync(body), etag: etagOf(body), isNamedByContent: false };
}

/** Relative, so that it is also right behind a proxy that takes a prefix away. */
function hrefFrom(path: string, target: string): string {
  if (!target.startsWith('/')) return target;
  const foldersUp = path.split('/').length - 2;
  return '../'.repeat(foldersUp) + target.slice(1);
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}

/** A file of the build, which has them compressed only and named by their content. */
function builtAsset(zipped: Buffer, contentType: string): DashboardAsset {
  const body = gunzipSync(zipped);
  return { contentType, body, zipped, etag: etagOf(body), isNamedByContent: true };
}

const etagOf = (body: Buffer): string => createHash('sha256').update(body).digest('base64url').slice(0, 20);

/** Sends the file, or 304 when the browser has this version. The page is asked for each time, so that an upgrade is seen at once. */
export function sendAsset(
  request: FrameworkRequest,
  answer: FrameworkResponse,
  { contentType, body, zipped, etag, isNamedByContent }: DashboardAsset,
): void {
  const response = takeResponse(answer);
  const { headers } = nodeRequest(request);
  const zips = acceptsGzip(headers['accept-encoding']);
  const tag = `"${etag}${zips ? '-gzip' : ''}"`;
  addVary(response, 'Accept-Encoding');
  response.setHeader('ETag', tag);
  response.setHeader('Cache-Control', isNamedByContent ? 'public, max-age=31536000, immutable' : 'no-cache');
  if (isKnown(headers['if-none-match'], tag)) {
    response.statusCode = 304;
    response.end();
    return;
  }
  const sent = zips ? zipped : body;
  response.setHeader('Content-Type', contentType);
  if (zips) response.setHeader('Content-Encoding', 'gzip');
  response.setHeader('Content-Length', sent.length);
  response.end(sent);
}

/** Whether the client has this version: it may name several, and weak ones count as well (RFC 9110, 13.1.2). */
function isKnown(header: string | undefined, etag: string): boolean {
  const known = new Set((header ?? '').split(',').map((tag) => tag.trim()));
  return known.has('*') || known.has(etag) || known.has(`W/${etag}`);
}
