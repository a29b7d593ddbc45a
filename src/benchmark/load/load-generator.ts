import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { BEAT_EVERY_MS } from './heartbeat';
import type { GeneratorMessage, LoadFigures, LoadPlan } from './load-plan';

/** The program of the generator's thread and what Node needs to run it. */
export interface GeneratorProgram {
  readonly file: string;
  readonly execArgv?: readonly string[];
}

/** The generator has stopped by itself, since the thread of the service was held. */
export class LoadHeldError extends Error {
  constructor(forMs: number) {
    super(`the event loop of the service was held for ${(forMs / 1_000).toFixed(1)} s`);
  }
}

const BUILT: GeneratorProgram = { file: join(__dirname, 'generator-thread.js') };

/** What a load may be watched and ended by. */
export interface LoadControl {
  readonly signal: AbortSignal;
  /** Told when the measured time begins: connections are open, and the warm-up is over. */
  readonly onMeasuring?: () => void;
  /** Told about twice a second: what was measured so far, and for how long (ms). */
  readonly onInterim?: (figures: LoadFigures, elapsedMs: number) => void;
}

/**
 * Sends the planned load from a thread of its own, so that neither what the service does nor what it measures keeps a
 * request waiting. Resolves when every measured request is answered or over its time limit.
 * @throws the reason of the signal when that fires, and LoadHeldError when this thread was held for 1.5 s: nothing is sent
 * any more then
 */
export function generateLoad(plan: LoadPlan, control: LoadControl, program = BUILT): Promise<LoadFigures> {
  const { signal, onMeasuring, onInterim } = control;
  signal.throwIfAborted();
  const thread = new Worker(program.file, { workerData: plan, execArgv: [...(program.execArgv ?? [])] });
  const { promise, resolve, reject } = Promise.withResolvers<LoadFigures>();
  const abort = () => reject(signal.reason as Error);
  signal.addEventListener('abort', abort);
  thread.on('message', (message: GeneratorMessage) => {
    if (message.type === 'interim') onInterim?.(message.figures, message.elapsedMs);
    else if (message.type === 'measuring') onMeasuring?.();
    else if (message.type === 'held') reject(new LoadHeldError(message.forMs));
    else resolve(message.figures);
  });
  thread.on('error', reject);
  thread.on('exit', (code) => reject(new Error(`the thread of the load generator ended with ${code}`)));
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread of Node has no origin
  const beat = setInterval(() => thread.postMessage('alive'), BEAT_EVERY_MS);
  return promise.finally(() => {
    clearInterval(beat);
    signal.removeEventListener('abort', abort);
    return thread.terminate();
  });
}
