import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { startChild } from './child.mjs';

const folder = await mkdtemp(join(tmpdir(), 'bench-child-'));
after(() => rm(folder, { recursive: true }));

function script(name, text) {
  const path = join(folder, `${name}.mjs`);
  writeFileSync(path, text);
  return path;
}

test('a child answers, and ends when it is stopped', async () => {
  const text = "process.on('message', (n) => process.send(n * 2)); process.on('disconnect', () => process.exit());";
  const child = startChild(script('doubling', text));
  assert.equal(await child.ask(21), 42);
  await child.stop();
});

test('nobody waits for the answer of a child that has ended', async () => {
  const child = startChild(script('ending', "process.once('message', () => process.exit(3));"));
  await assert.rejects(child.ask('anything'), /ending\.mjs ended with 3/);
  await assert.rejects(child.next(), /ended with 3/);
  await child.stop();
});
