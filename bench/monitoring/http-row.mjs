import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { comparison } from '../lib/rows.mjs';
import { httpLoad } from './http-load.mjs';

const CONNECTIONS = 32;
/** All contenders run as `npm start` does: see docs/decisions/young-generation.md. */
const HEAP_FLAGS = ['--min-semi-space-size=16'];
/** Until the compilers of all servers have settled. */
const WARM_UP_REQUESTS = 20_000;

/** Throughput of hello world with all HTTP and runtime instruments, over that of bare Nest and Express. */
export const httpRow = comparison({
  id: 'http-instrumented',
  title: 'hello world with all HTTP and runtime instruments',
  measures: 'throughput',
  target: { atLeast: 0.88 },
  cpuTarget: { atMost: 1 / 0.88 },
  roundMs: 250,
  async setup() {
    const servers = [await start('bare'), await start('channels'), await start('middleware')];
    const [base, subject, middleware] = servers.map(({ run }) => run);
    return {
      base,
      subject,
      peers: { 'the same counts in a middleware': middleware },
      teardown: () => servers.forEach(({ stop }) => stop()),
    };
  },
});

async function start(kind) {
  const child = fork(join(import.meta.dirname, 'hello-server.mjs'), [kind], { execArgv: HEAP_FLAGS });
  const failed = once(child, 'exit').then(([code]) =>
    Promise.reject(new Error(`the ${kind} server ended with ${code}`)),
  );
  failed.catch(() => undefined); // it ends when it is told to, too
  const [{ port }] = await Promise.race([once(child, 'message'), failed]);
  const load = await httpLoad(port, CONNECTIONS);
  await load.run(WARM_UP_REQUESTS);
  const cpuNs = async () => {
    child.send('cpu');
    const [{ cpu }] = await once(child, 'message');
    return (cpu.user + cpu.system) * 1_000;
  };
  return {
    async run(requests) {
      const before = await cpuNs();
      const startedAt = process.hrtime.bigint();
      await load.run(requests);
      const wallNs = Number(process.hrtime.bigint() - startedAt);
      return { wallNs, cpuNs: (await cpuNs()) - before };
    },
    stop() {
      load.close();
      child.disconnect();
    },
  };
}
