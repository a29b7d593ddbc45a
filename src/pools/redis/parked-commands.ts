import type { Command, Redis } from 'ioredis';

export type CommandStream = NonNullable<Parameters<Redis['sendCommand']>[1]>;

export interface ParkedCommand {
  readonly command: Command;
  /** The pipeline it belongs to. */
  readonly stream: CommandStream | undefined;
}

/**
 * Commands waiting for a connection, in order. ioredis's own queue is not used, because it also sends commands whose
 * caller has stopped waiting.
 */
export class ParkedCommands {
  private commands: ParkedCommand[] = [];

  get size(): number {
    return this.commands.length;
  }

  add(command: Command, stream: CommandStream | undefined): void {
    this.commands.push({ command, stream });
  }

  takeAll(): ParkedCommand[] {
    const all = this.commands;
    this.commands = [];
    return all;
  }

  /**
   * Rejects the overdue commands and returns how many they were. With one command its whole pipeline is rejected, also
   * the commands that are not overdue yet: ioredis never writes an incomplete pipeline and would miscount the answers.
   */
  expire(isOverdue: (command: Command) => boolean, makeError: (command: Command) => Error): number {
    const pipelines = new Set<CommandStream>();
    const before = this.commands.length;
    this.commands = this.commands.filter(({ command, stream }) => {
      if (!isOverdue(command) && !(stream !== undefined && pipelines.has(stream))) return true;
      if (stream !== undefined) pipelines.add(stream);
      command.reject(makeError(command));
      return false;
    });
    return before - this.commands.length;
  }

  rejectAll(error: Error): void {
    for (const { command } of this.takeAll()) command.reject(error);
  }
}
