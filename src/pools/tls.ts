import { readFileSync } from 'node:fs';
import { checkServerIdentity, type ConnectionOptions } from 'node:tls';
import { messageOf, PoolsOptionsError } from './pools.errors';
import type { TlsFiles } from './tls.options';

type Material = Pick<ConnectionOptions, 'ca' | 'cert' | 'key'>;

/**
 * The TLS of one server. Its files are read anew for every connection, so that a renewed certificate is used without a
 * restart; while one cannot be read, what it held last is used.
 */
export class Tls {
  private readonly last = new Map<string, string>();

  private constructor(private readonly files: TlsFiles) {}

  /** Undefined where nothing is set. @throws PoolsOptionsError for a file that cannot be read, or one without the other */
  static of(files: TlsFiles, path: string): Tls | undefined {
    const { caFile, certFile, keyFile, tlsServerName } = files;
    if ((caFile ?? certFile ?? keyFile ?? tlsServerName) === undefined) return undefined;
    if ((certFile === undefined) !== (keyFile === undefined)) {
      throw new PoolsOptionsError([`${path}.certFile and ${path}.keyFile go together, and one of them is missing`]);
    }
    const tls = new Tls(files);
    for (const name of ['caFile', 'certFile', 'keyFile'] as const) {
      try {
        tls.read(files[name]);
      } catch (error) {
        throw new PoolsOptionsError([`${path}.${name} must be a file that can be read: ${messageOf(error)}`]);
      }
    }
    return tls;
  }

  /** For a new connection. */
  options(): ConnectionOptions {
    const { tlsServerName: name } = this.files;
    const material = this.material();
    if (name === undefined) return material;
    // Some drivers overwrite the name with that of the host, so the certificate is compared with this one by hand.
    return { ...material, servername: name, checkServerIdentity: (_host, cert) => checkServerIdentity(name, cert) };
  }

  private material(): Material {
    const { caFile, certFile, keyFile } = this.files;
    const [ca, cert, key] = [this.current(caFile), this.current(certFile), this.current(keyFile)];
    return { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) };
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
