import { ownString } from '../../common/own-string';

/** Texts remembered; when there are more, all are forgotten, and those in use simply stay where they are used. */
const MAX_TEXTS = 4_096;

/** One copy of each text that many series have, such as the names of labels, in memory of its own. */
export class SharedStrings {
  private readonly texts = new Map<string, string>();

  of(text: string): string {
    const known = this.texts.get(text);
    if (known !== undefined) return known;
    if (this.texts.size >= MAX_TEXTS) this.texts.clear();
    const own = ownString(text);
    this.texts.set(own, own);
    return own;
  }
}
