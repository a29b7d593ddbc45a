import { type Kind, kindOf, TEXT } from '../common/settings/kind';
import { setting } from '../common/settings/setting';

/** How the server is known and how this process shows who it is, over TLS. Texts and files are PEM, each of the two. */
export interface TlsOptions {
  /** The certificates of the authorities that are trusted, instead of those of Node; as a text, or in a file. */
  readonly ca?: string | undefined;
  readonly caFile?: string | undefined;
  /** The client's own certificate, with those between it and its authority; goes with its key. */
  readonly cert?: string | undefined;
  readonly certFile?: string | undefined;
  readonly key?: string | undefined;
  readonly keyFile?: string | undefined;
  /** The name that the certificate of the server must have, where it is not the host of the URL. */
  readonly tlsServerName?: string | undefined;
}

/** What is given in place of a file. */
const CERTIFICATES = pem('CERTIFICATE');
const PRIVATE_KEY: Kind<string> = { ...pem('PRIVATE KEY'), secret: true };

function pem(what: string): Kind<string> {
  const isPem = (value: unknown): boolean =>
    typeof value === 'string' && value.includes('-----BEGIN ') && value.includes(`${what}-----`);
  return kindOf(`a text in PEM with a ${what}`, isPem);
}

export const TLS_KINDS = {
  ca: CERTIFICATES,
  cert: CERTIFICATES,
  key: PRIVATE_KEY,
  caFile: TEXT,
  certFile: TEXT,
  keyFile: TEXT,
  tlsServerName: TEXT,
};

/** The rows of `TlsOptions` in the settings of one pool. */
export const tlsSettings = <const Prefix extends string>(prefix: Prefix, server: string) => ({
  /** The authorities that are trusted, as PEM, instead of Node's; as a text, or in a file. */
  ca: setting(CERTIFICATES, {}),
  caFile: setting(TEXT, {
    variable: `${prefix}_CA_FILE`,
    help: `authorities (PEM) that vouch for ${server}; default: those of Node`,
  }),
  /** The client's certificate, as PEM; goes with its key. */
  cert: setting(CERTIFICATES, {}),
  key: setting(PRIVATE_KEY, {}),
  certFile: setting(TEXT, { variable: `${prefix}_CERT_FILE`, help: `certificate (PEM) shown to ${server}` }),
  keyFile: setting(TEXT, { variable: `${prefix}_KEY_FILE`, help: `private key (PEM) of ${prefix}_CERT_FILE` }),
  /** The name in the server's certificate, where it is not the host of the URL. */
  tlsServerName: setting(TEXT, {
    variable: `${prefix}_TLS_SERVER_NAME`,
    help: `name in the certificate of ${server}, where it is not that of the URL`,
  }),
});
