import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { FineHistogram } from '../../src/benchmark/load/fine-histogram';
import { generateLoad, type GeneratorProgram } from '../../src/benchmark/load/load-generator';
import type { LoadFigures, LoadPlan } from '../../src/benchmark/load/load-plan';

/** The thread of the generator from its source, which in the service is built. */
export const GENERATOR: GeneratorProgram = {
  file: join(__dirname, '../../src/benchmark/load/generator-thread.ts'),
  execArgv: ['--import', join(__dirname, 'typescript-hooks.mjs')],
};

/** What `queue-server.mjs` takes. */
export type QueueServerOptions =
  | { readonly kind: 'stall'; readonly everyMs: number; readonly stallMs: number }
  | {
      readonly kind: 'queue';
      readonly service: 'exponential' | 'constant';
      readonly meanMs: number;
      readonly seed?: number;
    }
  | { readonly kind: 'capacity'; readonly perSecond: number };

/** A server of known latencies, in a process of its own. */
export class QueueServer implements AsyncDisposable {
  private constructor(
    private readonly child: ChildProcess,
    readonly origin: string,
  ) {}

  static async start(options: QueueServerOptions): Promise<QueueServer> {
    const child = fork(join(__dirname, 'queue-server.mjs'), [JSON.stringify(options)], {
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    });
    const [port] = (await once(child.stdout!, 'data')) as [Buffer];
    return new QueueServer(child, `http://127.0.0.1:${String(port).trim()}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.child.kill('SIGKILL');
    if (this.child.exitCode === null && this.child.signalCode === null) await once(this.child, 'exit');
  }
}

/** A plan of GET requests to `/`; what is left out is small. */
export function plan(origin: string, rest: Partial<LoadPlan> = {}): LoadPlan {
  return {
    origin,
    requests: [{ method: 'GET', path: '/', headers: {}, weight: 1 }],
    arrivals: { kind: 'constant', perSecond: 100, seed: 1 },
    warmUpMs: 0,
    durationMs: 1_000,
    timeoutMs: 10_000,
    connections: 64,
    seed: 1,
    ...rest,
  };
}

/** Offers the load and answers its figures and the histogram of their latencies. */
export async function load(
  planned: LoadPlan,
  signal = new AbortController().signal,
): Promise<LoadFigures & { readonly times: FineHistogram }> {
  const figures = await generateLoad(planned, { signal }, GENERATOR);
  return { ...figures, times: FineHistogram.from(figures.latency) };
}
