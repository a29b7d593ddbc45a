import type { Notification } from './notification';

/** The texts of a message: what the configuration says, as a template, or a default of ours. */
export interface MessageTexts {
  /** @throws Error with the reason when the template fails */
  text(template: string | undefined, fallback: () => string): string;
  /** The same in HTML: values are escaped. */
  html(template: string | undefined, fallback: () => string): string;
}

export type MakeTexts = (notification: Notification) => MessageTexts;
