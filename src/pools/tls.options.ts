import { TEXT } from '../common/settings/kind';
import { setting } from '../common/settings/setting';

/** How the server is known and how this process shows who it is, over TLS. All files are PEM. */
export interface TlsFiles {
  /** The certificates of the authorities that are trusted, instead of those of Node. */
  readonly caFile?: string | undefined;
  /** The client's own certificate, with those between it and its authority; goes with `keyFile`. */
  readonly certFile?: string | undefined;
  readonly keyFile?: string | undefined;
  /** The name that the certificate of the server must have, where it is not the host of the URL. */
  readonly tlsServerName?: string | undefined;
}

export const TLS_KINDS = { caFile: TEXT, certFile: TEXT, keyFile: TEXT, tlsServerName: TEXT };

/** The rows of `TlsFiles` in the settings of one pool. */
export const tlsSettings = <const Prefix extends string>(prefix: Prefix, server: string) => ({
  /** The authorities that are trusted, as PEM, instead of Node's. */
  caFile: setting(TEXT, {
    variable: `${prefix}_CA_FILE`,
    help: `authorities (PEM) that vouch for ${server}; default: those of Node`,
  }),
  /** The client's certificate, as PEM; goes with `keyFile`. */
  certFile: setting(TEXT, { variable: `${prefix}_CERT_FILE`, help: `certificate (PEM) shown to ${server}` }),
  keyFile: setting(TEXT, { variable: `${prefix}_KEY_FILE`, help: `private key (PEM) of ${prefix}_CERT_FILE` }),
  /** The name in the server's certificate, where it is not the host of the URL. */
  tlsServerName: setting(TEXT, {
    variable: `${prefix}_TLS_SERVER_NAME`,
    help: `name in the certificate of ${server}, where it is not that of the URL`,
  }),
});
