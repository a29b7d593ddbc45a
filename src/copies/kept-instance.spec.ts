import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Logger } from '@nestjs/common';
import { INSTANCE_NAME } from './instance';
import { keptInstance } from './kept-instance';

describe('the identity of a copy', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'instance-'))));
  afterEach(() => {
    jest.restoreAllMocks();
    rmSync(folder, { recursive: true, force: true });
  });

  it('is kept in the data folder, while each run is another', () => {
    const first = keptInstance(folder);
    first.onApplicationShutdown();
    const second = keptInstance(folder);
    expect(first.id).toMatch(INSTANCE_NAME);
    expect([second.id, second.run === first.run]).toEqual([first.id, false]);
    second.onApplicationShutdown();
  });

  it('is another one for each process that uses the folder, and free again when one ends', () => {
    const three = [1, 2, 3].map(() => keptInstance(folder));
    expect(new Set(three.map(({ id }) => id)).size).toBe(3);
    three[1]!.onApplicationShutdown();
    const next = keptInstance(folder);
    expect(next.id).toBe(three[1]!.id);
    for (const one of [three[0]!, three[2]!, next]) one.onApplicationShutdown();
  });

  it('is made anew where what was kept is no name', () => {
    keptInstance(folder).onApplicationShutdown();
    writeFileSync(join(folder, 'instances/1.id'), '\u0000\u0000');
    const again = keptInstance(folder);
    expect(again.id).toMatch(INSTANCE_NAME);
    again.onApplicationShutdown();
  });

  it('is the given name, with the number of the process under PM2', () => {
    expect(keptInstance(folder, 'pod-a').id).toBe('pod-a');
    process.env.NODE_APP_INSTANCE = '2';
    expect(keptInstance(folder, 'pod-a').id).toBe('pod-a-2');
    delete process.env.NODE_APP_INSTANCE;
  });

  it('is the name of the host where nothing can be kept, and says so', () => {
    const warn = jest.spyOn(Logger.prototype, 'warn').mockImplementation();
    const file = join(folder, 'file');
    writeFileSync(file, '');
    chmodSync(file, 0o400);
    expect(keptInstance(file).id).toMatch(INSTANCE_NAME);
    expect(warn.mock.calls.flat()).toEqual([expect.stringMatching(/make it writable or set INSTANCE$/)]);
  });
});
