interface LabelSet<T> {
  readonly values: readonly string[];
  readonly data: T;
  /** The collection in which it was last found. */
  collection: number;
}

/**
 * What is kept for each label set of a family from one collection to the next. Families give their label sets in the
 * same order each time, so a set is first looked for at its last position; a key is only made when it is not there.
 */
export class LabelSets<T> {
  private sets: readonly LabelSet<T>[] = [];
  private found: LabelSet<T>[] = [];
  private byKey: Map<string, LabelSet<T>> | undefined;
  private collection = 0;

  constructor(private readonly make: (labelValues: readonly string[]) => T) {}

  begin(): void {
    this.collection++;
    this.found = [];
    this.byKey = undefined;
  }

  /** What is kept for the label set, made when it is new; `undefined` when this collection has found it already. */
  find(values: readonly string[]): T | undefined {
    const last = this.sets[this.found.length];
    const set = last !== undefined && isSame(last.values, values) ? last : this.lookUp(values);
    if (set.collection === this.collection) return undefined;
    set.collection = this.collection;
    this.found.push(set);
    return set.data;
  }

  /** Forgets the label sets that this collection has not found. */
  end(): void {
    this.sets = this.found;
    this.byKey = undefined;
  }

  private lookUp(values: readonly string[]): LabelSet<T> {
    this.byKey ??= new Map(this.sets.map((set) => [keyOf(set.values), set]));
    const key = keyOf(values);
    let set = this.byKey.get(key);
    if (set === undefined) {
      set = { values, data: this.make(values), collection: 0 };
      this.byKey.set(key, set);
    }
    return set;
  }
}

const keyOf = (values: readonly string[]): string => JSON.stringify(values);

function isSame(some: readonly string[], others: readonly string[]): boolean {
  if (some.length !== others.length) return false;
  for (let index = 0; index < some.length; index++) if (some[index] !== others[index]) return false;
  return true;
}
