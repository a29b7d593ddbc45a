import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { built } from './built.mjs';

const REDIS_READY_MS = 10_000;

/** A Redis of the benchmark's own (redis-server or valkey-server on PATH): `{ url, port, pid, stop }`. */
export async function startRedis(...extra) {
  const port = await freePort();
  const folder = await mkdtemp(join(tmpdir(), 'bench-redis-'));
  const flags = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder];
  const child = await spawnFirst(['redis-server', 'valkey-server'], [...flags, ...extra]);
  const kill = () => child.kill('SIGKILL');
  process.on('exit', kill);
  const exited = once(child, 'exit');
  const deadline = performance.now() + REDIS_READY_MS;
  while (!(await accepts(port))) {
    if (performance.now() > deadline) throw new Error(`Redis does not answer on port ${port}`);
    await sleep(20);
  }
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    pid: child.pid,
    async stop() {
      process.off('exit', kill);
      child.kill('SIGCONT'); // a frozen process gets no other signal
      child.kill('SIGKILL');
      await exited;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A PostgreSQL of the benchmark's own, on the embedded binaries: `{ url, port, server, stop }`. */
export async function startPostgres(settings = {}) {
  const { EmbeddedPostgres } = built('pools/postgres/embedded/embedded-postgres');
  const dataDir = await mkdtemp(join(tmpdir(), 'bench-postgres-'));
  const port = await freePort();
  const log = { log() {}, warn: (message) => process.stderr.write(`${message}\n`) };
  const server = new EmbeddedPostgres({ dataDir, log, port, settings, restartOnCrash: false });
  const { url } = await server.start();
  return {
    url,
    port,
    server,
    async stop() {
      await server.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

async function spawnFirst(commands, flags) {
  for (const command of commands) {
    const child = spawn(command, flags, { stdio: 'ignore' });
    const error = await new Promise((resolve) => {
      child.once('spawn', () => resolve(undefined));
      child.once('error', resolve);
    });
    if (error === undefined) return child;
  }
  throw new Error(`none of ${commands.join(', ')} is on PATH: run "npm run setup:test"`);
}

async function accepts(port) {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
