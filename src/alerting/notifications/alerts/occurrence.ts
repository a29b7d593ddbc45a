import { fingerprintOf, withoutEmpty } from '../matching/label-set';

/** What an alert is concerned by in one event: the occurrence, as one text. */
const textOf = (fingerprint: string, startsAtMs: number, isOver: boolean): string =>
  `${fingerprint}@${startsAtMs}${isOver ? '!' : ''}`;

/**
 * One time that an alert fired, as events name it: by its labels and its start (Unix ms). The end of it is another one, so
 * that what was told of the beginning and what of the end are told apart.
 */
export function occurrenceOf(alert: { fingerprint: string; startsAt: number }, isOver = false): string {
  return textOf(alert.fingerprint, alert.startsAt, isOver);
}

/** A change of an alert as the history of rules has it. */
export interface AlertTransition {
  readonly atMs: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly to: string;
  /** How long (ms) it was in the state before. */
  readonly lastedMs: number | undefined;
  /** The copy, which is a label of what is posted; '' for none. */
  readonly instance: string;
}

/** The occurrence that began or ended with a transition; `undefined` for others, of which nobody is told. */
export function occurrenceOfTransition(transition: AlertTransition): string | undefined {
  const { atMs, labels, to, lastedMs = 0, instance } = transition;
  if (to !== 'firing' && to !== 'resolved') return undefined;
  const fingerprint = fingerprintOf(withoutEmpty({ instance, ...labels }));
  return to === 'firing' ? textOf(fingerprint, atMs, false) : textOf(fingerprint, atMs - lastedMs, true);
}
