/** What is wrong with what callers are known by; whoever checks their credentials provides it. */
export abstract class CredentialsHealth {
  /** What an operator has to know and do; `undefined`: all is well. */
  abstract problem(): string | undefined;
}
