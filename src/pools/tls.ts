import { readFileSync } from 'node:fs';
import { checkServerIdentity, type ConnectionOptions } from 'node:tls';
import { messageOf, PoolsOptionsError } from './pools.errors';
import type { TlsOptions } from './tls.options';

type Material = Pick<ConnectionOptions, 'ca' | 'cert' | 'key'>;

const PARTS = ['ca', 'cert', 'key'] as const;

/**
 * The TLS of one server. Its files are read anew for every connection, so that a renewed certificate is used without a
 * restart; while one cannot be read, what it held last is used.
 */
export class Tls {
  private readonly last = new Map<string, string>();

  private constructor(private readonly given: TlsOptions) {}

  /**
   * Undefined where nothing is set.
   * @throws PoolsOptionsError for a file that cannot be read, for a part that is given twice, or without the other
   */
  static of(given: TlsOptions, path: string): Tls | undefined {
    const has = (part: (typeof PARTS)[number]) => (given[part] ?? given[`${part}File`]) !== undefined;
    if (!PARTS.some(has) && given.tlsServerName === undefined) return undefined;
    if (has('cert') !== has('key')) {
      throw new PoolsOptionsError([`${path}.certFile and ${path}.keyFile go together, and one of them is missing`]);
    }
    const tls = new Tls(given);
    for (const part of PARTS) {
      const name = `${part}File` as const;
      if (given[part] !== undefined && given[name] !== undefined) {
        throw new PoolsOptionsError([`${path}.${part} and ${path}.${name} say the same, and only one of them may`]);
      }
      try {
        tls.read(given[name]);
      } catch (error) {
        throw new PoolsOptionsError([`${path}.${name} must be a file that can be read: ${messageOf(error)}`]);
      }
    }
    return tls;
  }

  /** For a new connection. */
  options(): ConnectionOptions {
    const { tlsServerName: name } = this.given;
    const material = this.material();
    if (name === undefined) return material;
    // Some drivers overwrite the name with that of the host, so the certificate is compared with this one by hand.
    return { ...material, servername: name, checkServerIdentity: (_host, cert) => checkServerIdentity(name, cert) };
  }

  private material(): Material {
    const material: Material = {};
    for (const part of PARTS) {
      const pem = this.given[part] ?? this.current(this.given[`${part}File`]);
      if (pem !== undefined) material[part] = pem;
    }
    return material;
  }

  private current(file: string | undefined): string | undefined {
    try {
      return this.read(file);
    } catch {
      return this.last.get(file!);
    }
  }

  private read(file: string | undefined): string | undefined {
    if (file === undefined) return undefined;
    const text = readFileSync(file, 'utf8');
    this.last.set(file, text);
    return text;
  }
}
