import { type ChildProcess, fork } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { join } from 'node:path';

export interface TaskAnswer {
  readonly value?: unknown;
  readonly loads?: number;
}

/** A real process with a cache of its own over the same Redis; it runs what was built. */
export class CacheProcess {
  private readonly answers = new EventEmitter();
  private tasks = 0;
  private wasKilled = false;

  private constructor(private readonly child: ChildProcess) {
    child.on('message', ({ id, loading, ready, ...answer }: Record<string, unknown>) => {
      if (typeof id === 'number') this.answers.emit(`task ${id}`, answer);
      else this.answers.emit(ready === true ? 'ready' : `loading ${String(loading)}`);
    });
    // Whoever waits for it is told; what it said itself is in the output of the tests.
    this.answers.on('error', () => undefined);
    child.once('exit', (code, signal) => {
      if (!this.wasKilled) this.answers.emit('error', new Error(`the process ended by itself: ${signal ?? code}`));
    });
  }

  static async start(redisUrl: string, options: object = {}): Promise<CacheProcess> {
    const child = fork(join(__dirname, '../fixtures/cache-process.mjs'), {
      env: { ...process.env, REDIS_URL: redisUrl, CACHE_OPTIONS: JSON.stringify(options) },
      execArgv: [],
    });
    const started = new CacheProcess(child);
    await once(started.answers, 'ready');
    return started;
  }

  async run(task: string, args: object): Promise<TaskAnswer> {
    const id = ++this.tasks;
    this.child.send({ id, task, ...args });
    const [answer] = (await once(this.answers, `task ${id}`)) as [TaskAnswer];
    return answer;
  }

  /** Resolves when a load of the key begins. */
  async loading(key: string): Promise<void> {
    await once(this.answers, `loading ${key}`);
  }

  /** It does nothing and notices nothing until `thaw`, as on a machine that was suspended. */
  freeze(): void {
    this.child.kill('SIGSTOP');
  }

  thaw(): void {
    this.child.kill('SIGCONT');
  }

  async kill(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.wasKilled = true;
    this.child.kill('SIGKILL');
    await once(this.child, 'exit');
  }
}
