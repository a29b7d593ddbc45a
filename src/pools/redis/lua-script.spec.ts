import { hash } from 'node:crypto';
import type { Redis } from 'ioredis';
import { LuaScript } from './lua-script';

const BODY = 'return 1';
const NOSCRIPT = new Error('NOSCRIPT No matching script. Please use EVAL.');
const OLD_REDIS = new Error('ERR Error compiling script (new function): user_script:1: unexpected symbol');

/** A Redis that answers each command with the next of `answers`, an error by rejecting. */
function redisOf(...answers: unknown[]) {
  const calls: unknown[][] = [];
  const loaded: string[] = [];
  const client = {
    isCluster: false,
    async callBuffer(command: string, args: unknown[]) {
      calls.push([command, ...args]);
      const answer = answers.shift();
      if (answer instanceof Error) throw answer;
      return answer;
    },
    async script(_: 'LOAD', source: string) {
      loaded.push(source);
    },
  };
  return { client: client as unknown as Redis, calls, loaded };
}

describe('LuaScript', () => {
  const digest = hash('sha1', BODY);

  it('is sent by its digest, with keys and arguments', async () => {
    const { client, calls } = redisOf(7);
    expect(await new LuaScript(BODY).run(client, ['a', 'b'], ['x', 5])).toBe(7);
    expect(calls).toEqual([['EVALSHA', digest, 2, 'a', 'b', 'x', 5]]);
  });

  it('is sent in full to a server that does not know it', async () => {
    const { client, calls } = redisOf(NOSCRIPT, 7);
    expect(await new LuaScript(BODY).run(client, ['a'], [])).toBe(7);
    expect(calls).toEqual([
      ['EVALSHA', digest, 1, 'a'],
      ['EVAL', BODY, 1, 'a'],
    ]);
  });

  it('is only loaded, not run, once its caller has given up', async () => {
    const { client, calls, loaded } = redisOf(NOSCRIPT, 7);
    await expect(new LuaScript(BODY).run(client, [], [], { wanted: false })).rejects.toBe(NOSCRIPT);
    expect(calls).toHaveLength(1);
    expect(loaded).toEqual([BODY]);
  });

  it('is sent without flags, from then on, to a Redis that cannot compile them', async () => {
    const flagged = `#!lua flags=allow-oom\n${BODY}`;
    const { client, calls } = redisOf(NOSCRIPT, OLD_REDIS, 7, 8);
    const script = new LuaScript(BODY, { allowOom: true });
    expect(await script.run(client, [], [])).toBe(7);
    expect(await script.run(client, [], [])).toBe(8);
    expect(calls.map(([command, text]) => [command, text])).toEqual([
      ['EVALSHA', hash('sha1', flagged)],
      ['EVAL', flagged],
      ['EVAL', BODY],
      ['EVALSHA', digest],
    ]);
  });

  it('rejects with any other error', async () => {
    const { client, calls } = redisOf(new Error('OOM command not allowed'));
    await expect(new LuaScript(BODY).run(client, [], [])).rejects.toThrow('OOM');
    expect(calls).toHaveLength(1);
  });
});
