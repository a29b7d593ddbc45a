import { Redis } from 'ioredis';
import { RedisWindowStore } from '../../src/security/redis-window-store';
import { holdLoop } from '../support/hold-loop';
import { RedisServer } from '../support/redis-server';

describe('windows in Redis (e2e)', () => {
  let server: RedisServer;
  let client: Redis;
  beforeAll(async () => {
    server = await RedisServer.start();
    client = new Redis(server.url);
    await client.ping();
  });
  afterAll(async () => {
    client.disconnect();
    await server.close();
  });

  it('are not given up for a stop of the event loop during which Redis answered', async () => {
    const patient = new RedisWindowStore(() => client, 'held:', 5_000);
    await patient.hit('a', 60_000); // the server knows the script
    const hasty = new RedisWindowStore(() => client, 'held:', 20);
    const counted = hasty.hit('a', 60_000);
    holdLoop(300);
    expect(await counted).toMatchObject({ count: 2 });
  });
});
