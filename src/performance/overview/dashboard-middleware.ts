import type { IncomingMessage, ServerResponse } from 'node:http';
import { Inject, Injectable, type NestMiddleware } from '@nestjs/common';
import { nameRoute } from '../../common/route-template';
import { addVary, pathOf, prefersHtml, RouteGuard } from '../../http';
import { dashboardAsset, type DashboardAsset, dashboardPage, sendAsset } from './dashboard-assets';
import { type Presentation, PRESENTATION } from './presentation';

const PAGE = '/performance/dashboard';
const FILES = `${PAGE}/assets/`;

/**
 * Answers a browser that asks for the dashboard before the guards that another application has for all of its routes: a
 * browser has no token before it has the page, and the page holds no data.
 */
@Injectable()
export class DashboardMiddleware implements NestMiddleware<IncomingMessage, ServerResponse> {
  constructor(
    private readonly guard: RouteGuard,
    @Inject(PRESENTATION) private readonly presentation: Presentation,
  ) {}

  use(request: IncomingMessage, response: ServerResponse, next: () => void): void {
    const found = this.find(request);
    if (found === undefined || !this.guard.opensPages(request)) return next();
    nameRoute(request, found.route);
    if (found.route === PAGE) addVary(response, 'Accept');
    sendAsset(request, response, found.asset);
  }

  private find(request: IncomingMessage): { readonly route: string; readonly asset: DashboardAsset } | undefined {
    if (request.method !== 'GET' && request.method !== 'HEAD') return undefined;
    const path = pathOf(request);
    // Before both there may be a prefix or a version of the application.
    if (path.endsWith(PAGE)) {
      return prefersHtml(request) ? { route: PAGE, asset: dashboardPage(this.presentation, path) } : undefined;
    }
    const at = path.indexOf(FILES);
    const asset = at < 0 ? undefined : dashboardAsset(path.slice(at + FILES.length));
    return asset && { route: `${FILES}:file`, asset };
  }
}
