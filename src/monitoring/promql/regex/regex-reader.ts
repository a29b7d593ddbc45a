import { RegexSyntaxError } from './regex-nodes';

/** A pattern and how far it has been read, character by character (code points, not code units). */
export class RegexReader {
  private readonly chars: readonly string[];
  private at = 0;

  constructor(private readonly pattern: string) {
    this.chars = [...pattern];
  }

  get atEnd(): boolean {
    return this.at >= this.chars.length;
  }

  /** The next character, or the one so many after it. */
  peek(ahead = 0): string | undefined {
    return this.chars[this.at + ahead];
  }

  /** The next so many characters as text. */
  upcoming(length: number): string {
    return this.chars.slice(this.at, this.at + length).join('');
  }

  next(): string | undefined {
    return this.chars[this.at++];
  }

  /** Goes on, or back with a negative number. */
  skip(characters: number): void {
    this.at += characters;
  }

  take(char: string): boolean {
    if (this.peek() !== char) return false;
    this.at++;
    return true;
  }

  fail(problem: string): never {
    throw new RegexSyntaxError(this.pattern, problem);
  }
}
