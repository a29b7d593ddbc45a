import { RedisServer } from './redis-server';

/** A Redis for a test that only uses one: that of `REDIS_URL` if it is set, else one of its own. */
export async function redisForUse(): Promise<{ readonly url: string; close(): Promise<void> }> {
  const given = process.env.REDIS_URL;
  if (given === undefined || given === '') return RedisServer.start();
  return { url: given, close: () => Promise.resolve() };
}
