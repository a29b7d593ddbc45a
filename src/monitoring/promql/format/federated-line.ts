import { NAME_LABEL, type Labels } from '../../series/labels';
import { formatShort } from './number-text';

/** One sample as a line of the text format 0.0.4, with its time in Unix ms. */
export function federatedLine(labels: Labels, timestampMs: number, value: number): string {
  const written: string[] = [];
  for (const [name, text] of labels) if (name !== NAME_LABEL) written.push(`${name}="${escape(text)}"`);
  return `${labels.name}{${written.join(',')}} ${formatShort(value)} ${timestampMs}\n`;
}

function escape(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"');
}
