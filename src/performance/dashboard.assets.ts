import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface DashboardAsset {
  readonly contentType: string;
  readonly body: Buffer;
  readonly etag: string;
}

const PAGE = join(__dirname, '../../dashboard');
const CHARTS = join(require.resolve('uplot/package.json'), '../dist');

const HTML = 'text/html; charset=utf-8';
const SCRIPT = 'text/javascript; charset=utf-8';
const STYLE = 'text/css; charset=utf-8';

/** The page itself, by the name of its file. */
export const DASHBOARD_PAGE = load(join(PAGE, 'index.html'), HTML);

/** What the page loads: nothing else can be asked for, and nothing comes from another host. */
export const DASHBOARD_ASSETS: ReadonlyMap<string, DashboardAsset> = new Map([
  ['app.js', load(join(PAGE, 'app.js'), SCRIPT)],
  ['api.js', load(join(PAGE, 'api.js'), SCRIPT)],
  ['charts.js', load(join(PAGE, 'charts.js'), SCRIPT)],
  ['style.css', load(join(PAGE, 'style.css'), STYLE)],
  ['uplot.js', load(join(CHARTS, 'uPlot.iife.min.js'), SCRIPT)],
  ['uplot.css', load(join(CHARTS, 'uPlot.min.css'), STYLE)],
]);

function load(file: string, contentType: string): DashboardAsset {
  const body = readFileSync(file);
  return { contentType, body, etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 20)}"` };
}
