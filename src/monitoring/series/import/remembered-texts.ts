import { ownString } from '../../../common/own-string';

/** What was found for each text; when there are more or longer texts than may be, all are forgotten. */
export class RememberedTexts<V> {
  private readonly values = new Map<string, V>();
  private characters = 0;

  constructor(
    private readonly maxTexts: number,
    private readonly maxCharacters: number,
  ) {}

  get(text: string): V | undefined {
    return this.values.get(text);
  }

  set(text: string, value: V): void {
    if (this.values.size >= this.maxTexts || this.characters + text.length > this.maxCharacters) this.clear();
    this.values.set(ownString(text), value);
    this.characters += text.length;
  }

  private clear(): void {
    this.values.clear();
    this.characters = 0;
  }
}
