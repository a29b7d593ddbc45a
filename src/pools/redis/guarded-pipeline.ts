import type { Command, Redis } from 'ioredis';
import { effectOf, foldName } from './command-effects';
import { RedisCommandRefusedError } from './redis.errors';

export type Pipeline = ReturnType<Redis['pipeline']>;

/** ioredis's count of MULTI without an EXEC; where there is one, `exec()` adds an EXEC, and is called again to send. */
const UNFINISHED_COUNT = '_transactions';

/** What ioredis's pipelines have beyond their published type. */
interface PipelineInternals {
  readonly [UNFINISHED_COUNT]: number;
  sendCommand(command: Command): unknown;
  exec(callback?: (error: unknown) => void): unknown;
  addBatch(commands: unknown[][]): void;
}

/**
 * Keeps a pipeline on the shared connection from affecting other callers. It is written as a whole, so it may contain a
 * transaction, but not end in the middle of one. Commands that are not allowed throw `RedisCommandRefusedError` from
 * their method; an unfinished transaction rejects `exec()`.
 */
export function guardPipeline(pipeline: Pipeline, commands: unknown[][] | undefined): Pipeline {
  const internals = pipeline as unknown as PipelineInternals;
  const add = internals.sendCommand.bind(pipeline);
  const exec = internals.exec.bind(pipeline);
  let inTransaction = false;
  internals.sendCommand = (command) => {
    foldName(command);
    const effect = effectOf(command.name, command.args);
    if (effect === 'transaction') inTransaction = command.name === 'multi';
    else if (effect !== 'none') throw new RedisCommandRefusedError(command.name);
    return add(command);
  };
  internals.exec = (callback) => {
    if (!inTransaction || internals[UNFINISHED_COUNT] > 0) return exec(callback);
    const refused = Promise.reject(new RedisCommandRefusedError('multi', UNFINISHED));
    if (callback !== undefined) refused.catch(callback);
    return refused;
  };
  if (Array.isArray(commands)) internals.addBatch(commands);
  return pipeline;
}

const UNFINISHED =
  'begins a transaction that this pipeline does not end, and all callers share its connection: what they send next would ' +
  'be queued in it. Add EXEC or DISCARD to the pipeline, or use client.multi()';
