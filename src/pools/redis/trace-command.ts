import type { Command } from 'ioredis';
import { poolCommands, PoolOperation, traceOperation } from '../pool-tracing';
import type { CommandStream } from './parked-commands';

/** Sends a command and publishes its start and end. To be called only where `poolCommands` has subscribers. */
export function traceCommand(
  pool: string,
  command: Command,
  stream: CommandStream | undefined,
  send: () => unknown,
): Promise<unknown> {
  const answer = traceOperation(poolCommands, new PoolOperation(pool, 'command', command.name), () => {
    send();
    return command.promise;
  });
  // The callers of a pipeline get the promise of the pipeline; nothing handles a rejection of this one.
  if (stream !== undefined) answer.catch(() => undefined);
  return answer;
}
