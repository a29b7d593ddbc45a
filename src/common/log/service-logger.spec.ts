import { type RequestContext, runInRequest } from '../request-context';
import { SecretRedactor } from './secret-redactor';
import { ServiceLogger, type ServiceLoggerOptions } from './service-logger';

const requestOf = (id: string, trace?: RequestContext['trace']): RequestContext => ({ id, trace, startedAtMs: 0 });

function collect(options: Partial<ServiceLoggerOptions> = {}) {
  const lines: string[] = [];
  const logger = new ServiceLogger({ level: 'info', json: true, write: (line) => lines.push(line), ...options });
  return { logger, lines, parsed: () => lines.map((line) => JSON.parse(line) as Record<string, unknown>) };
}

describe('ServiceLogger', () => {
  it('writes one JSON line with the id of the request it belongs to', () => {
    const { logger, lines, parsed } = collect();
    runInRequest(requestOf('req-1'), () => logger.log('two\nlines', 'Context'));
    expect(lines[0]).toMatch(/^\{.*\}\n$/);
    expect(parsed()[0]).toEqual({
      time: expect.stringMatching(/^\d{4}-.*Z$/),
      level: 'info',
      context: 'Context',
      requestId: 'req-1',
      message: 'two\nlines',
    });
  });

  it('names the trace of the caller, in JSON only', () => {
    const trace = { traceId: '0af7651916cd43dd8448eb211c80319c', parentId: 'b7ad6b7169203331', sampled: true };
    const [json, text] = [collect(), collect({ json: false })];
    for (const { logger } of [json, text]) runInRequest(requestOf('req-1', trace), () => logger.log('x'));
    expect(json.parsed()[0]).toMatchObject({ requestId: 'req-1', traceId: trace.traceId });
    expect(text.lines[0]).not.toContain(trace.traceId);
  });

  it('has no request id outside a request', () => {
    const { logger, parsed } = collect();
    logger.log('x');
    expect(parsed()[0]).not.toHaveProperty('requestId');
  });

  it('honours the level', () => {
    const { logger, parsed } = collect({ level: 'warn' });
    for (const level of ['fatal', 'error', 'warn', 'log', 'debug', 'verbose'] as const) logger[level](level);
    expect(parsed().map(({ level }) => level)).toEqual(['fatal', 'error', 'warn']);
  });

  it('keeps an error with its code, stack and causes', () => {
    const { logger, parsed } = collect();
    const cause = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
    logger.error(new Error('no database', { cause }), undefined, 'Pools');
    expect(parsed()[0]).toMatchObject({
      context: 'Pools',
      message: 'no database',
      error: { name: 'Error', stack: expect.stringContaining('at '), cause: { code: 'ECONNREFUSED' } },
    });
  });

  it('understands the stack that Nest passes as a string', () => {
    const { logger, parsed } = collect();
    logger.error('failed', new Error('failed').stack, 'Scheduler');
    expect(parsed()[0]).toMatchObject({ message: 'failed', context: 'Scheduler', error: { message: 'failed' } });
  });

  it('never writes a secret, whichever way it comes', () => {
    const { logger, lines } = collect({ redactor: new SecretRedactor(['the-configured-token', 'p@ss"word']) });
    logger.log('token the-configured-token');
    logger.log({ nested: { token: 'the-configured-token' } });
    logger.error(new Error('at redis://user:hunter2@host:6379/0'));
    logger.log('Authorization: Bearer abcdefgh12345678');
    logger.log('password is p@ss"word');
    const text = lines.join('');
    expect(text).not.toMatch(/the-configured-token|hunter2|abcdefgh12345678|p@ss/);
    expect(text).toContain('redis://[secret]@host:6379/0');
    for (const line of lines) JSON.parse(line);
  });

  it('writes text for people in which a client cannot move the cursor', () => {
    const { logger, lines } = collect({ json: false });
    runInRequest(requestOf('req-2'), () => logger.warn('\u001b[2Jgone\r', 'Http'));
    expect(lines[0]).toMatch(/^\S+Z WARN {4}\[Http\] \(req-2\) \\x1b\[2Jgone\\x0d\n$/);
  });

  it('gives a client no line of its own in text, neither by a message nor by an error that quotes it', () => {
    const { logger, lines } = collect({ json: false });
    const forged =
      'x\n2026-01-01T00:00:00.000Z INFO    [Security] all is well\u2028\u202eback\r\n    at forged (a.ts:1:1)';
    logger.warn(`quoted: ${forged}`, 'Http');
    logger.error(new Error(forged, { cause: new TypeError(forged) }), undefined, 'Http');
    logger.error(forged, new Error(forged).stack, 'Http');
    logger.log({ quoted: forged, deep: { deeper: { list: ['a\nb'] } } });
    const written = lines.join('').split('\n').slice(0, -1);
    const begun = written.filter((line) => !/^ +at .*|^caused by:$/.test(line));
    expect(begun.map((line) => line.replace(/^\S+Z/, ''))).toEqual([
      expect.stringContaining(
        String.raw`quoted: x\n2026-01-01T00:00:00.000Z INFO    [Security] all is well\u2028\u202eback\x0d\n`,
      ),
      expect.stringMatching(/^ ERROR {3}\[Http\] x\\n2026/),
      expect.stringMatching(/^Error: x\\n2026/),
      expect.stringMatching(/^TypeError: x\\n2026/),
      expect.stringMatching(/^ ERROR {3}\[Http\] x\\n2026/),
      expect.stringMatching(/^Error: x\\n2026/),
      expect.stringMatching(/^ INFO {4}\{ quoted: /),
    ]);
    expect(written.some((line) => line.includes('service-logger.spec.ts'))).toBe(true);
  });

  it.each([true, false])('bounds a line and keeps it whole (json: %s)', (json) => {
    const { logger, lines } = collect({ json });
    logger.error('x'.repeat(1_000_000), new Error('y'.repeat(1_000_000)));
    expect(lines[0]!.length).toBeLessThan(40_000);
    if (json) JSON.parse(lines[0]!);
  });
});
