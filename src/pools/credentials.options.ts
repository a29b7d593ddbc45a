import { type Kind, kindOf } from '../common/settings/kind';

/** What a server is told of who calls. */
export interface Credentials {
  /** Where it is left out, that of the URL. */
  readonly username?: string | undefined;
  /** The password, token or key. */
  readonly password: string;
  /** Until when it may be used for new connections, in ms since the Unix epoch. Left out: for this connection only. */
  readonly expiresAtMs?: number | undefined;
}

/** Asked before a connection is opened; a text is a password for that connection only. */
export type CredentialsFunction = () => string | Credentials | Promise<string | Credentials>;

export const CREDENTIALS: Kind<CredentialsFunction> = kindOf(
  'a function that gives a password',
  (value) => typeof value === 'function',
);
