import type { EntryTable } from './entry-table';
import { MemoryTag } from './memory-tag';

/** The living tags of one namespace's memory entries; a tag nobody carries is forgotten. */
export class TagIndex {
  private readonly tags = new Map<string, MemoryTag>();
  /** What the tags take besides what each of their entries does. */
  bytes = 0;

  /** The tags of these names, each named once. */
  obtain(names: readonly string[]): readonly MemoryTag[] {
    return names.map((name) => {
      let tag = this.tags.get(name);
      if (tag === undefined) this.begin((tag = new MemoryTag(name)));
      return tag;
    });
  }

  /** Takes a slot out of the lists of its tags; the last one of each list moves to where it was. */
  detach(slot: number, { details }: EntryTable): void {
    const { tags, places } = details[slot]!;
    for (let at = 0; at < tags.length; at++) {
      const tag = tags[at]!;
      const last = tag.slots.pop()!;
      if (last !== slot) {
        const place = places[at]!;
        const moved = details[last]!;
        tag.slots[place] = last;
        moved.places[moved.tags.indexOf(tag)] = place;
      }
      if (tag.slots.length === 0 && !tag.dead) this.end(tag);
    }
  }

  /** Ends a tag's life: from now on entries that carry it are misses. Answers it, for its entries to be removed. */
  kill(name: string): MemoryTag | undefined {
    const tag = this.tags.get(name);
    if (tag !== undefined) {
      tag.dead = true;
      this.end(tag);
    }
    return tag;
  }

  clear(): void {
    this.tags.clear();
    this.bytes = 0;
  }

  private begin(tag: MemoryTag): void {
    this.tags.set(tag.name, tag);
    this.bytes += tag.bytes;
  }

  private end(tag: MemoryTag): void {
    this.tags.delete(tag.name);
    this.bytes -= tag.bytes;
  }
}
