import { routeOf } from './route-group';

describe('routeOf', () => {
  it.each([
    ['/', 'GET /'],
    ['/orders', 'GET /orders'],
    ['/orders/42?full=1', 'GET /orders'],
    ['/orders?full=1', 'GET /orders'],
    ['/api/v1/orders/7', 'GET /api/v1/orders'],
    ['/v2', 'GET /v2'],
    ['/42', 'GET /:id'],
    ['/4bf92f35-77b3-4da6-a3ce-929d0e0e4736/items', 'GET /:id'],
    ['/bot123456:AAF-secret/sendMessage', 'GET /:id'],
    ['/health_check', 'GET /health_check'],
    ['?x', 'GET '],
  ])('%s is of the group %s', (path, group) => {
    expect(routeOf('GET', path)).toBe(group);
  });
});
