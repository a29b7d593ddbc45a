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
export const httpRow = row({
  id: 'http-instrumented',
  title: 'hello world with all HTTP and runtime instruments',
  atLeast: 0.88,
  framework: 'express',
  peers: { 'the same counts in a middleware': 'middleware' },
});

/** The same on Fastify, where a request costs half as much, so that what is added to it weighs twice as much. */
export const httpFastifyRow = row({
  id: 'http-instrumented-fastify',
  title: 'hello world on Fastify with all HTTP and runtime instruments',
  atLeast: 0.9,
  framework: 'fastify',
  peers: {},
});

function row({ id, title, atLeast, framework, peers }) {
  return comparison({
    id,
    title,
    measures: 'throughput',
    target: { atLeast },
    cpuTarget: { atMost: 1 / atLeast },
    roundMs: 250,
    async setup({ quick }) {
      const kinds = ['bare', 'channels', ...Object.values(peers)];
      const servers = await Promise.all(kinds.map((kind) => start(kind, framework)));
      for (const { warmUp } of servers) await warmUp(quick ? QUICK_WARM_UP_REQUESTS : WARM_UP_REQUESTS);
      const [base, subject, ...others] = servers.map(({ run }) => run);
      return {
        base,
        subject,
        peers: Object.fromEntries(Object.keys(peers).map((name, at) => [name, others[at]])),
        teardown: () => Promise.all(servers.map(({ stop }) => stop())),
      };
    },
  });
}

async function start(kind, framework) {
  const server = startChild(join(import.meta.dirname, 'hello-server.mjs'), [kind, framework], { execArgv: HEAP_FLAGS });
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
