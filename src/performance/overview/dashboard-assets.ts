import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type FrameworkRequest, type FrameworkResponse, nodeRequest, takeResponse } from '../../http';
import type { Presentation } from './presentation';

export interface DashboardAsset {
  readonly contentType: string;
  readonly body: Buffer;
  readonly etag: string;
}

const PAGE = join(__dirname, '../../../dashboard');
const CHARTS = join(require.resolve('uplot/package.json'), '../dist');

const HTML = 'text/html; charset=utf-8';
const SCRIPT = 'text/javascript; charset=utf-8';
const STYLE = 'text/css; charset=utf-8';

/** What the page loads: nothing else can be asked for, and nothing comes from another host. */
export const DASHBOARD_ASSETS: ReadonlyMap<string, DashboardAsset> = new Map([
  ['app.js', load(join(PAGE, 'app.js'), SCRIPT)],
  ['api.js', load(join(PAGE, 'api.js'), SCRIPT)],
  ['charts.js', load(join(PAGE, 'charts.js'), SCRIPT)],
  ['style.css', load(join(PAGE, 'style.css'), STYLE)],
  ['uplot.js', load(join(CHARTS, 'uPlot.iife.min.js'), SCRIPT)],
  ['uplot.css', load(join(CHARTS, 'uPlot.min.css'), STYLE)],
]);

const TEMPLATE = readFileSync(join(PAGE, 'index.html'), 'utf8');

/** The page itself, as asked for at `path`. */
export function dashboardPage({ name, docs }: Presentation, path: string): DashboardAsset {
  const link = docs === undefined ? '' : `<a href="${escaped(hrefFrom(path, docs))}">API</a> `;
  const html = TEMPLATE.replaceAll('{{name}}', () => escaped(name)).replace('{{docs}}', () => link);
  return asset(Buffer.from(html), HTML);
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

function load(file: string, contentType: string): DashboardAsset {
  return asset(readFileSync(file), contentType);
}

function asset(body: Buffer, contentType: string): DashboardAsset {
  return { contentType, body, etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 20)}"` };
}

/** Sends the file, or 304 when the browser has this version; it asks each time, so that an upgrade is seen at once. */
export function sendAsset(
  request: FrameworkRequest,
  answer: FrameworkResponse,
  { contentType, body, etag }: DashboardAsset,
): void {
  const response = takeResponse(answer);
  response.setHeader('ETag', etag);
  response.setHeader('Cache-Control', 'no-cache');
  if (isKnown(nodeRequest(request).headers['if-none-match'], etag)) {
    response.statusCode = 304;
    response.end();
    return;
  }
  response.setHeader('Content-Type', contentType);
  response.setHeader('Content-Length', body.length);
  response.end(body);
}

/** Whether the client has this version: it may name several, and weak ones count as well (RFC 9110, 13.1.2). */
function isKnown(header: string | undefined, etag: string): boolean {
  const known = new Set((header ?? '').split(',').map((tag) => tag.trim()));
  return known.has('*') || known.has(etag) || known.has(`W/${etag}`);
}
