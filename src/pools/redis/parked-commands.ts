import type { Command, Redis } from 'ioredis';

export type CommandStream = NonNullable<Parameters<Redis['sendCommand']>[1]>;

export interface ParkedCommand {
  readonly command: Command;
  /** The pipeline it belongs to. */
  readonly stream: CommandStream | undefined;
}

/**
 * Commands waiting for a connection, in order. Ours, not ioredis's queue, which sends what its caller has long given
 * up.
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
   * Rejects those that are overdue and says how many they were. A pipeline goes as a whole, also when its last commands
   * are a moment younger: ioredis would never write one that misses commands, and lose count of the answers.
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
