import type { EntryDetails } from './entry.details';
import type { EntryTable } from './entry.table';
import { MemoryTag } from './memory.tag';

/** The living tags of one namespace's memory entries; a tag nobody carries is forgotten. */
export class TagIndex {
  private readonly tags = new Map<string, MemoryTag>();

  /** The tags of these names, each named once. */
  obtain(names: readonly string[]): readonly MemoryTag[] {
    return names.map((name) => {
      let tag = this.tags.get(name);
      if (tag === undefined) this.tags.set(name, (tag = new MemoryTag(name)));
      return tag;
    });
  }

  /** Puts a slot into the lists of its tags. */
  attach(slot: number, { tags, places }: EntryDetails): void {
    for (const tag of tags) places.push(tag.slots.push(slot) - 1);
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
      if (tag.slots.length === 0 && !tag.dead) this.tags.delete(tag.name);
    }
  }

  /** Ends a tag's life: from now on entries that carry it are misses. Answers it, for its entries to be removed. */
  kill(name: string): MemoryTag | undefined {
    const tag = this.tags.get(name);
    if (tag !== undefined) {
      tag.dead = true;
      this.tags.delete(name);
    }
    return tag;
  }

  clear(): void {
    this.tags.clear();
  }
}
