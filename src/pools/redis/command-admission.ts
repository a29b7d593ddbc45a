import type { Command } from 'ioredis';
import { isConnectionBound } from './connection-bound-commands';
import type { CommandStream } from './parked-commands';
import { RedisCommandRefusedError } from './redis.errors';

/** What admission asks about the connection and the pool. */
export interface AdmissionFacts {
  /** The database the connection was configured for. */
  readonly db: number;
  /** The reason why nothing may be sent now, or undefined; learns of `outcome` when it is a trial. */
  refusal(outcome: Promise<unknown>): Error | undefined;
  /** The reason why no more may wait for a connection, or undefined, also while there is one. */
  overflow(): Error | undefined;
}

/** Decides which commands may go over the shared connection: alone, or in a pipeline as a whole. */
export class CommandAdmission {
  private pipeline: CommandStream | undefined;
  private pipelineRefusal: Error | undefined;

  constructor(private readonly facts: AdmissionFacts) {}

  /** Why `command` may not be sent (with `stream`: as part of that pipeline); undefined when it may. */
  refusal(command: Command, stream: CommandStream | undefined): Error | undefined {
    return stream === undefined ? this.ofCommand(command) : this.ofPipeline(command, stream);
  }

  private ofCommand(command: Command): Error | undefined {
    if (isConnectionBound(command.name, command.args) && !this.isOwnSelect(command)) {
      return new RedisCommandRefusedError(command.name);
    }
    return this.facts.refusal(command.promise) ?? this.facts.overflow();
  }

  /** Its first command decides for all: ioredis writes a pipeline only when it has all of its commands. */
  private ofPipeline(command: Command, stream: CommandStream): Error | undefined {
    if (command.pipelineIndex !== 0 && stream === this.pipeline) return this.pipelineRefusal;
    this.pipeline = stream;
    this.pipelineRefusal = this.facts.refusal(command.promise) ?? this.facts.overflow();
    return this.pipelineRefusal;
  }

  /** ioredis selects the configured database again when it has reconnected. */
  private isOwnSelect(command: Command): boolean {
    return command.name === 'select' && Number(command.args[0]) === this.facts.db;
  }
}
