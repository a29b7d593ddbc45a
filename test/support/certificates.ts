import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const NOBODY = 65_534;

/** A certificate and its key, as files. */
export interface Pair {
  readonly certFile: string;
  readonly keyFile: string;
}

/** An authority of a test's own, made with openssl, and what it signs. */
export class Certificates {
  private readonly folder = mkdtempSync(join(tmpdir(), 'tls-'));
  readonly caFile: string;
  private readonly authority: Pair;

  constructor() {
    chmodSync(this.folder, 0o755); // servers may run under another account
    this.authority = this.pair('ca', ['-addext', 'basicConstraints=critical,CA:TRUE']);
    this.caFile = this.authority.certFile;
  }

  /** For a server of this name, or of a client. */
  signed(name: string): Pair {
    const { certFile, keyFile } = this.authority;
    const alternative = /^[\d.]+$/.test(name) ? `IP:${name}` : `DNS:${name}`;
    return this.pair(name, ['-CA', certFile, '-CAkey', keyFile, '-addext', `subjectAltName=${alternative}`]);
  }

  /** A file beside the others. */
  file(name: string, text: string): string {
    const path = join(this.folder, name);
    writeFileSync(path, text);
    return path;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private pair(name: string, more: readonly string[]): Pair {
    const [certFile, keyFile] = [join(this.folder, `${name}.crt`), join(this.folder, `${name}.key`)];
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', keyFile];
    execFileSync('openssl', ['req', '-x509', '-days', '2', '-subj', `/CN=${name}`, ...key, '-out', certFile, ...more], {
      stdio: 'ignore',
    });
    chmodSync(keyFile, 0o600);
    if (process.getuid?.() === 0) chownSync(keyFile, NOBODY, NOBODY);
    return { certFile, keyFile };
  }
}
