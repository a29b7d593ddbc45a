import type { EntryTable } from './entry-table';
import { MemoryTag } from './memory-tag';

/** The valid tags of the entries that one namespace has in memory; a tag without entries is removed. */
export class TagIndex {
  private readonly tags = new Map<string, MemoryTag>();
  /** What the tags take on the heap, without the part that is counted with each entry. */
  bytes = 0;

  /** The tags of these names, made where there are none; no name may occur twice. */
  getOrCreate(names: readonly string[]): readonly MemoryTag[] {
    return names.map((name) => {
      let tag = this.tags.get(name);
      if (tag === undefined) this.add((tag = new MemoryTag(name)));
      return tag;
    });
  }

  /** Removes a slot from the lists of its tags; the last slot of each list takes its place. */
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
      if (tag.slots.length === 0 && !tag.invalidated) this.remove(tag);
    }
  }

  /** Invalidates a tag: from now on the entries that carry it are misses. Returns it, so that they can be removed. */
  invalidate(name: string): MemoryTag | undefined {
    const tag = this.tags.get(name);
    if (tag !== undefined) {
      tag.invalidated = true;
      this.remove(tag);
    }
    return tag;
  }

  clear(): void {
    this.tags.clear();
    this.bytes = 0;
  }

  private add(tag: MemoryTag): void {
    this.tags.set(tag.name, tag);
    this.bytes += tag.bytes;
  }

  private remove(tag: MemoryTag): void {
    this.tags.delete(tag.name);
    this.bytes -= tag.bytes;
  }
}
