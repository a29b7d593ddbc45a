import { MemoryTag } from './memory.tag';

/** The living tags of one namespace's memory entries; a tag nobody carries is forgotten. */
export class TagIndex {
  private readonly tags = new Map<string, MemoryTag>();

  /** Notes that `key` carries the tags, and answers them as objects to keep on its entry. */
  attach(key: string, names: readonly string[]): readonly MemoryTag[] {
    return names.map((name) => {
      let tag = this.tags.get(name);
      if (tag === undefined) this.tags.set(name, (tag = new MemoryTag(name)));
      tag.keys.add(key);
      return tag;
    });
  }

  detach(key: string, tags: readonly MemoryTag[]): void {
    for (const tag of tags) {
      tag.keys.delete(key);
      if (tag.keys.size === 0 && this.tags.get(tag.name) === tag) this.tags.delete(tag.name);
    }
  }

  /** Ends a tag's life: from now on entries that carry it are misses. Answers it, for its keys to be removed. */
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
