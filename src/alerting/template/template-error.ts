/** A template that cannot be parsed or executed; the message begins as Go's does, with the template's name and the line. */
export class TemplateError extends Error {
  /** @param line from 1 */
  constructor(
    templateName: string,
    readonly line: number,
    readonly reason: string,
    options?: ErrorOptions,
  ) {
    super(`template: ${templateName}:${line}: ${reason}`, options);
    this.name = 'TemplateError';
  }
}
