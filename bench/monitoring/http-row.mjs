import { join } from 'node:path';
import { startChild } from '../lib/child.mjs';
import { comparison } from '../lib/rows.mjs';
import { httpLoad } from './http-load.mjs';

const CONNECTIONS = 32;
/** All contenders run as `npm start` does: see docs/decisions/young-generation.md. */
const HEAP_FLAGS = ['--min-semi-space-size=16'];
/** Until the compilers of all servers have settled; with `--quick` there is no time for that. */
const WARM_UP_REQUESTS = 20_000;
const QUICK_WARM_UP_REQUESTS = 4_000;

/** Throughput of hello world with all HTTP and runtime instruments, over that of bare Nest and Express. */
export const httpRow = comparison({
  id: 'http-instrumented',
  title: 'hello world with all HTTP and runtime instruments',
  measures: 'throughput',
  target: { atLeast: 0.88 },
  cpuTarget: { atMost: 1 / 0.88 },
  roundMs: 250,
  async setup({ quick }) {
    const servers = await Promise.all(['bare', 'channels', 'middleware'].map(start));
    for (const { warmUp } of servers) await warmUp(quick ? QUICK_WARM_UP_REQUESTS : WARM_UP_REQUESTS);
    const [base, subject, middleware] = servers.map(({ run }) => run);
    return {
      base,
      subject,
      peers: { 'the same counts in a middleware': middleware },
      teardown: () => Promise.all(servers.map(({ stop }) => stop())),
    };
  },
});

async function start(kind) {
  const server = startChild(join(import.meta.dirname, 'hello-server.mjs'), [kind], { execArgv: HEAP_FLAGS });
  const { port } = await server.next();
  const load = await httpLoad(port, CONNECTIONS);
  const cpuNs = async () => {
    const { cpu } = await server.ask('cpu');
    return (cpu.user + cpu.system) * 1_000;
  };
  return {
    warmUp: load.run,
    async run(requests) {
      const before = await cpuNs();
      const startedAt = process.hrtime.bigint();
      await load.run(requests);
      const wallNs = Number(process.hrtime.bigint() - startedAt);
      return { wallNs, cpuNs: (await cpuNs()) - before };
    },
    stop() {
      load.close();
      return server.stop();
    },
  };
}
