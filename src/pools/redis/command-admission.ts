import type { Command } from 'ioredis';
import { effectOf } from './command-effects';
import type { CommandStream } from './parked-commands';
import { RedisCommandRefusedError } from './redis.errors';

/** What has to be known of the connection and the pool before a command is accepted. */
export interface AdmissionFacts {
  /** Whether the command prepares the connection as it was configured, and so changes nothing for other callers. */
  isPreparation(command: Command): boolean;
  /** Why nothing may be sent now, or undefined. While the breaker is half-open, `outcome` decides whether it closes. */
  refusal(outcome: Promise<unknown>): Error | undefined;
  /** Why no further command may wait for a connection; undefined when it may, or when there is a connection. */
  overflow(): Error | undefined;
}

/** Decides which commands may go over the shared connection: alone, or in a pipeline as a whole. */
export class CommandAdmission {
  private pipeline: CommandStream | undefined;
  private pipelineRefusal: Error | undefined;

  constructor(private readonly facts: AdmissionFacts) {}

  /** Why `command` may not be sent (with `stream`: as part of that pipeline); undefined when it may. */
  refusal(command: Command, stream: CommandStream | undefined): Error | undefined {
    const effect = effectOf(command.name, command.args);
    const allowed = effect === 'none' || (effect === 'transaction' && stream !== undefined);
    if (!allowed && !this.facts.isPreparation(command)) return new RedisCommandRefusedError(command.name);
    if (stream !== undefined) return this.ofPipeline(command, stream);
    return this.facts.refusal(command.promise) ?? this.facts.overflow();
  }

  /** The first command decides for the whole pipeline, because ioredis writes it only when it has all commands. */
  private ofPipeline(command: Command, stream: CommandStream): Error | undefined {
    if (command.pipelineIndex !== 0 && stream === this.pipeline) return this.pipelineRefusal;
    this.pipeline = stream;
    this.pipelineRefusal = this.facts.refusal(command.promise) ?? this.facts.overflow();
    return this.pipelineRefusal;
  }
}
