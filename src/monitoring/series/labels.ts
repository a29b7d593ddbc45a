import { ownString } from '../../common/own-string';
import type { SharedStrings } from './shared-strings';

/** The label that holds a metric's name. */
export const NAME_LABEL = '__name__';

/**
 * The labels of one series, the metric's name among them as `__name__`: immutable, sorted by name, without empty values
 * (in Prometheus an empty label and an absent one are the same). Two with the same labels have the same `key`.
 */
export class Labels implements Iterable<readonly [string, string]> {
  static readonly EMPTY = new Labels([]);

  /** Names and values in turn, sorted by name. One flat array: a Map would cost more than a day of an idle series. */
  private constructor(private readonly pairs: readonly string[]) {}

  private counted = -1;
  private ranking: object | undefined;
  private rank = 0;

  /** @param source names and values in any order; of a name that comes twice the last counts */
  static from(source: Iterable<readonly [string, string]> | Readonly<Record<string, string>>): Labels {
    const entries = new Map(Symbol.iterator in source ? source : Object.entries(source));
    const names = [...entries.keys()].filter((name) => entries.get(name) !== '').toSorted(byCodeUnit);
    return names.length === 0 ? Labels.EMPTY : new Labels(names.flatMap((name) => [name, entries.get(name)!]));
  }

  /** The metric's name; `''` where there is none. */
  get name(): string {
    return this.get(NAME_LABEL);
  }

  get size(): number {
    return this.pairs.length / 2;
  }

  /** Characters of all names and values. */
  get characters(): number {
    if (this.counted < 0) this.counted = this.pairs.reduce((sum, text) => sum + text.length, 0);
    return this.counted;
  }

  /** The same text for the same labels and no others; made on every call, so keep it where it is needed often. */
  get key(): string {
    // Joined rather than added up: V8 would keep the many parts of a sum.
    const parts: (string | number)[] = [];
    for (let at = 0; at < this.pairs.length; at += 2) {
      // The length makes it unambiguous whatever a value contains; a name cannot contain '='.
      parts.push(this.pairs[at]!, '=', this.pairs[at + 1]!.length, ':', this.pairs[at + 1]!);
    }
    return parts.join('');
  }

  /** The value of a label; `''` when it is not there, as in Prometheus. */
  get(name: string): string {
    for (let at = 0; at < this.pairs.length; at += 2) if (this.pairs[at] === name) return this.pairs[at + 1]!;
    return '';
  }

  /** Below zero when it comes before the other: by the first name, its value, the next name and so on. */
  compare(other: Labels): number {
    const { pairs } = this;
    const length = Math.min(pairs.length, other.pairs.length);
    for (let at = 0; at < length; at++) {
      const order = byCodeUnit(pairs[at]!, other.pairs[at]!);
      if (order !== 0) return order;
    }
    return pairs.length - other.pairs.length;
  }

  /** Numbers labels that are in order and all different. It holds for good between them, as labels never change. */
  static rankInOrder(sorted: Iterable<Labels>): void {
    const ranking = {};
    let rank = 0;
    for (const labels of sorted) {
      labels.ranking = ranking;
      labels.rank = rank++;
    }
  }

  /** The place in the order of those that were numbered together; `undefined` where the other was not numbered with it. */
  rankBeside(other: Labels): number | undefined {
    return this.ranking !== undefined && this.ranking === other.ranking ? this.rank : undefined;
  }

  *[Symbol.iterator](): Generator<readonly [string, string]> {
    for (let at = 0; at < this.pairs.length; at += 2) yield [this.pairs[at]!, this.pairs[at + 1]!];
  }

  /** Only these labels (`by`). */
  keep(names: ReadonlySet<string>): Labels {
    return this.filter((name) => names.has(name));
  }

  /** All but these labels (`without`). */
  drop(names: ReadonlySet<string>): Labels {
    return this.filter((name) => !names.has(name));
  }

  /** All but the metric's name. */
  withoutName(): Labels {
    return this.filter((name) => name !== NAME_LABEL);
  }

  /** With this label added or changed; an empty value removes it. */
  with(name: string, value: string): Labels {
    return Labels.from([...this, [name, value]]);
  }

  /**
   * The same labels in memory of their own: parts of a text that was read would keep all of it alive. `names` are shared
   * with other series.
   */
  owned(names: SharedStrings): Labels {
    const isName = (at: number) => at % 2 === 0 || this.pairs[at - 1] === NAME_LABEL;
    return new Labels(this.pairs.map((text, at) => (isName(at) ? names.of(text) : ownString(text))));
  }

  /** As a plain object, for JSON. */
  toObject(): Record<string, string> {
    return Object.fromEntries(this);
  }

  private filter(wanted: (name: string) => boolean): Labels {
    const pairs: string[] = [];
    for (let at = 0; at < this.pairs.length; at += 2) {
      if (wanted(this.pairs[at]!)) pairs.push(this.pairs[at]!, this.pairs[at + 1]!);
    }
    if (pairs.length === this.pairs.length) return this;
    return pairs.length === 0 ? Labels.EMPTY : new Labels(pairs);
  }
}

const byCodeUnit = (a: string, b: string) => (a === b ? 0 : a < b ? -1 : 1);
