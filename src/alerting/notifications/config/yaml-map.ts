import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, Scalar, type YAMLMap } from 'yaml';
import { AlertmanagerConfigError } from '../notifications.errors';

/** Aliases that one document may be blown up by. */
const MAX_ALIASES = 100;
const YES = new Set(['y', 'yes', 'true', 'on']);
const NO = new Set(['n', 'no', 'false', 'off']);
export const HIDDEN = '<secret>';

/** What all maps of one document share. */
interface Source {
  readonly lines: LineCounter;
  /** What is secret, and what is shown in its place. */
  readonly secrets: Map<Scalar, { readonly secret: string; readonly shown: string }>;
  /** What a node stands for: of an alias that which it names. */
  readonly resolve: (node: unknown) => unknown;
}

/**
 * A map of a YAML document, read field by field as Alertmanager reads it: a text may be written as a number, an unknown
 * field is an error, an empty value is none. Every error has the line.
 */
export class YamlMap {
  private readonly asked = new Set<string>();

  private constructor(
    private readonly node: YAMLMap | undefined,
    private readonly source: Source,
    /** Where it stands, as in `route.routes[0]`. */
    readonly path: string,
  ) {}

  /** @throws AlertmanagerConfigError when it is no YAML, or no map */
  static parse(text: string): YamlDocument {
    const lines = new LineCounter();
    const document = parseDocument(text, { lineCounter: lines, version: '1.1', merge: true });
    const [error] = document.errors;
    if (error !== undefined) throw new AlertmanagerConfigError(firstLine(error.message), error.linePos?.[0].line);
    try {
      document.toJS({ maxAliasCount: MAX_ALIASES });
    } catch (refused) {
      throw new AlertmanagerConfigError((refused as Error).message);
    }
    const resolve = (node: unknown) => (isAlias(node) ? node.resolve(document) : node);
    const source: Source = { lines, secrets: new Map(), resolve };
    const root = asMap(document.contents, source, '');
    return {
      root: new YamlMap(root, source, ''),
      secrets: () => [...source.secrets.values()].map(({ secret }) => secret),
      withoutSecrets: () => {
        for (const [scalar, { shown }] of source.secrets) {
          scalar.value = shown;
          scalar.type = Scalar.PLAIN;
        }
        return document.toString();
      },
    };
  }

  has(name: string): boolean {
    return this.get(name) !== undefined;
  }

  text(name: string): string | undefined {
    const node = this.get(name);
    return node === undefined ? undefined : this.textOf(node, name);
  }

  /** The same for a text that no answer and no log may show. */
  secret(name: string, shown: (text: string) => string = () => HIDDEN): string | undefined {
    const text = this.text(name);
    const node = this.get(name);
    if (text !== undefined && text !== '' && isScalar(node)) {
      this.source.secrets.set(node, { secret: text, shown: shown(text) });
    }
    return text;
  }

  flag(name: string): boolean | undefined {
    const node = this.get(name);
    if (node === undefined) return undefined;
    const word = isScalar(node) && node.type === Scalar.PLAIN ? String(node.source).toLowerCase() : '';
    if (YES.has(word)) return true;
    if (NO.has(word)) return false;
    throw this.error(name, `must be true or false`);
  }

  whole(name: string): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const value = Number(text);
    if (/^[+-]?\d{1,16}$/.test(text) && Number.isSafeInteger(value)) return value;
    throw this.error(name, `must be a whole number, not "${text}"`);
  }

  texts(name: string): string[] | undefined {
    return this.items(name)?.map((item) => this.textOf(item, name));
  }

  map(name: string): YamlMap | undefined {
    const node = this.get(name);
    return node === undefined ? undefined : this.mapOf(node, name);
  }

  maps(name: string): YamlMap[] | undefined {
    return this.items(name)?.map((item, index) => this.mapOf(item, `${name}[${index}]`));
  }

  /** Of a map whose names are free: each with its text; an empty value is `undefined`. */
  entries(): [string, string | undefined][] {
    return this.names().map((name) => [name, this.text(name)]);
  }

  names(): string[] {
    return (this.node?.items ?? []).map(({ key }) => String(isScalar(key) ? (key.source ?? key.value) : key));
  }

  /** @throws AlertmanagerConfigError when there is a field that nobody has asked for */
  done(): void {
    const unknown = this.names().find((name) => !this.asked.has(name) && name !== '<<');
    if (unknown === undefined) return;
    throw this.error(unknown, `there is no such field; there are ${[...this.asked].join(', ')}`);
  }

  /** What is wrong with a field, with its place. */
  error(name: string, reason: string): AlertmanagerConfigError {
    const pair = this.node?.items.find(({ key }) => isScalar(key) && key.value === name);
    const node = (isScalar(pair?.key) ? pair.key : this.node) as Node | undefined;
    const offset = node?.range?.[0];
    const line = offset === undefined ? undefined : this.source.lines.linePos(offset).line;
    return new AlertmanagerConfigError(`${this.path === '' ? '' : `${this.path}.`}${name}: ${reason}`, line);
  }

  private get(name: string): unknown {
    this.asked.add(name);
    const node = this.source.resolve(this.node?.get(name, true) ?? this.merged(name));
    return isScalar(node) && node.value === null ? undefined : node;
  }

  /** What `<<: *anchor` brings. */
  private merged(name: string): unknown {
    const sources = this.source.resolve(this.node?.get('<<', true));
    const maps = isSeq(sources) ? sources.items : [sources];
    for (const each of maps) {
      const map = this.source.resolve(each);
      if (isMap(map) && map.has(name)) return map.get(name, true);
    }
    return undefined;
  }

  private items(name: string): unknown[] | undefined {
    const node = this.get(name);
    if (node === undefined) return undefined;
    if (!isSeq(node)) throw this.error(name, 'must be a list');
    return node.items.map(this.source.resolve);
  }

  private textOf(node: unknown, name: string): string {
    if (!isScalar(node)) throw this.error(name, 'must be a text');
    if (node.value === null) return '';
    return typeof node.value === 'string' ? node.value : String(node.source ?? node.value);
  }

  private mapOf(node: unknown, name: string): YamlMap {
    const path = this.path === '' ? name : `${this.path}.${name}`;
    if (!isMap(node)) throw this.error(name, 'must be a map');
    return new YamlMap(node, this.source, path);
  }
}

export interface YamlDocument {
  readonly root: YamlMap;
  /** The texts of all secrets that were read. */
  secrets(): string[];
  /** The document with `<secret>` in their places. It cannot be read further after that. */
  withoutSecrets(): string;
}

function asMap(node: unknown, { resolve }: Source, path: string): YAMLMap | undefined {
  const found = resolve(node);
  if (found === null || found === undefined || (isScalar(found) && found.value === null)) return undefined;
  if (isMap(found)) return found;
  throw new AlertmanagerConfigError(`${path === '' ? 'the configuration' : path} must be a map`, 1);
}

const firstLine = (text: string) => text.split('\n', 1)[0]!.replace(/ at line \d+, column \d+:$/, '');
