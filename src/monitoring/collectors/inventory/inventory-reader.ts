import { Worker } from 'node:worker_threads';

const TIMEOUT_MS = 30_000;

/** What the machine is; every part may be empty where the system does not tell. */
export interface Inventory {
  readonly osName: string;
  readonly osRelease: string;
  readonly kernel: string;
  readonly cpuModel: string;
  readonly cpuVendor: string;
  readonly physicalCores: string;
  readonly virtualHost: string;
}

/** As text, because a file of its own would be TypeScript in the tests and JavaScript in production. */
const WORKER = `
  const { parentPort, workerData } = require('node:worker_threads');
  const si = require(workerData);
  Promise.all([si.osInfo(), si.cpu(), si.system()]).then(([os, cpu, system]) => parentPort.postMessage({
    osName: os.distro, osRelease: os.release, kernel: os.kernel, cpuModel: cpu.brand, cpuVendor: cpu.manufacturer,
    physicalCores: String(cpu.physicalCores || ''), virtualHost: system.virtual ? system.virtualHost || 'yes' : 'no',
  }));
`;

/** Asks systeminformation what the machine is, in a thread of its own: it starts processes and takes its time. */
export function readInventory(signal?: AbortSignal): Promise<Inventory> {
  const deadline = AbortSignal.timeout(TIMEOUT_MS);
  const ended = signal === undefined ? deadline : AbortSignal.any([signal, deadline]);
  const worker = new Worker(WORKER, { eval: true, workerData: require.resolve('systeminformation') });
  worker.unref();
  return new Promise<Inventory>((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`the thread that reads the inventory ended with ${code}`)));
    ended.addEventListener('abort', () => reject(ended.reason as Error), { once: true });
  }).finally(() => worker.terminate());
}
