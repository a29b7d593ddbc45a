import type { Readable } from 'node:stream';
import { createInterface } from 'node:readline';

const MAX_LINES = 40;
const MAX_LINE_LENGTH = 500;

/** The last 40 lines a child process wrote, each cut at 500 characters: what an error message quotes. */
export class OutputTail {
  private readonly lines: string[] = [];

  /** Reads `stream` to its end; `onLine` sees every line as well. */
  follow(stream: Readable, onLine?: (line: string) => void): void {
    createInterface({ input: stream }).on('line', (line) => {
      const cut = line.slice(0, MAX_LINE_LENGTH);
      this.lines.push(cut);
      if (this.lines.length > MAX_LINES) this.lines.shift();
      onLine?.(cut);
    });
  }

  toString(): string {
    return this.lines.join('\n');
  }
}
