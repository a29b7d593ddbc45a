import type { Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import {
  Controller,
  ForbiddenException,
  Get,
  type INestApplication,
  Module,
  Post,
  Req,
  UseGuards,
} from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import { Test } from '@nestjs/testing';
import { Registry } from 'prom-client';
import request from 'supertest';
import type { App } from 'supertest/types';
import { RouteAccess } from '../../src/http/access.decorator';
import { type FrameworkRequest, nodeRequest } from '../../src/http/node-message';
import { CommonModule } from '../../src/common/common.module';
import { MonitoringModule } from '../../src/monitoring/monitoring.module';
import { eventually } from '../support/eventually';
import { createOn, FRAMEWORKS } from '../support/frameworks';
import { testConfig } from '../support/test-config';

class Never {
  canActivate(): boolean {
    throw new ForbiddenException();
  }
}

@Controller('shop')
@RouteAccess('public')
class ShopController {
  @Get('items/:id')
  item(): string {
    return 'an item';
  }
  @Get('slow')
  slow(@Req() incoming: FrameworkRequest): Promise<void> {
    return new Promise((resolve) => nodeRequest(incoming).once('close', resolve));
  }
  @Get('forbidden')
  @UseGuards(Never)
  forbidden(): void {}
  @Get('broken')
  broken(): void {
    throw new Error('on purpose');
  }
  @Post('orders')
  order(): { ok: true } {
    return { ok: true };
  }
}

@Module({ controllers: [ShopController] })
class ShopModule {}

describe.each(FRAMEWORKS)('metrics of the HTTP server of %s', (framework) => {
  let app: INestApplication<App>;
  const api = () => request(app.getHttpServer());
  const lines = async () => (await app.get(Registry).metrics()).split('\n');
  const valueOf = async (series: string) => {
    const line = (await lines()).find((text) => text.startsWith(`${series} `));
    return line === undefined ? undefined : Number(line.split(' ').at(-1));
  };
  const duration = (labels: string) => valueOf(`http_server_request_duration_seconds_count{${labels}}`);

  beforeAll(async () => {
    const { monitoring } = testConfig();
    const module = await Test.createTestingModule({
      imports: [CommonModule, ScheduleModule.forRoot(), MonitoringModule.forRoot(monitoring), ShopModule],
    }).compile();
    app = createOn(framework, module, { logger: false, forceCloseConnections: true });
    await app.listen(0, '127.0.0.1');
  });
  afterAll(() => app.close());

  it('counts by the template of the route, not by the path', async () => {
    for (const id of [1, 2, 3]) await api().get(`/shop/items/${id}`).expect(200);
    const labels = 'http_request_method="GET",http_route="/shop/items/:id",http_response_status_code="200"';
    expect(await duration(labels)).toBe(3);
    expect(await valueOf(`http_server_request_duration_seconds_bucket{${labels},le="10"}`)).toBe(3);
    expect((await lines()).join('\n')).not.toContain('/shop/items/1');
  });

  it('counts what no route matches as unmatched', async () => {
    await api().get('/wp-login.php').expect(404);
    await api().get('/.env').expect(404);
    const labels = 'http_request_method="GET",http_route="unmatched",http_response_status_code="404"';
    expect(await duration(labels)).toBe(2);
  });

  it('counts what a guard refuses and what fails under its route', async () => {
    await api().get('/shop/forbidden').expect(403);
    await api().get('/shop/broken').expect(500);
    const get = 'http_request_method="GET"';
    expect(await duration(`${get},http_route="/shop/forbidden",http_response_status_code="403"`)).toBe(1);
    expect(await duration(`${get},http_route="/shop/broken",http_response_status_code="500",error_type="500"`)).toBe(1);
  });

  it('sums the sizes of bodies', async () => {
    const sent = JSON.stringify({ item: 'x'.repeat(500) });
    await api().post('/shop/orders').set('content-type', 'application/json').send(sent).expect(201);
    const labels = 'http_request_method="POST",http_route="/shop/orders"';
    expect(await valueOf(`http_server_request_body_size_bytes_sum{${labels}}`)).toBe(sent.length);
    expect(await valueOf(`http_server_response_body_size_bytes_sum{${labels}}`)).toBe('{"ok":true}'.length);
  });

  it('knows what is in flight, and what the client abandons', async () => {
    const { port } = (app.getHttpServer() as Server).address() as AddressInfo;
    const inFlight = 'http_server_active_requests{http_request_method="GET"}';
    const socket = connect(port, '127.0.0.1');
    socket.write('GET /shop/slow HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await eventually('one request in flight', async () => (await valueOf(inFlight)) === 1);
    socket.destroy();
    const aborted = 'http_request_method="GET",http_route="/shop/slow",error_type="aborted"';
    await eventually('one aborted request', async () => (await duration(aborted)) === 1);
    expect(await valueOf(inFlight)).toBe(0);
  });

  it('counts invented methods together', async () => {
    const { port } = (app.getHttpServer() as Server).address() as AddressInfo;
    const socket = connect(port, '127.0.0.1');
    socket.write('PROPFIND /a HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
    const labels = 'http_request_method="_OTHER",http_route="unmatched",http_response_status_code="404"';
    await eventually('one request of another method', async () => (await duration(labels)) === 1);
    socket.destroy();
  });
});
