const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '"': '\\"', '\n': '\\n' };
const NEEDS_ESCAPE = /[\\"\n]/;

/** Labels as the Prometheus text formats write them: `{a="b",c="d"}`; nothing when there are none. */
export function labelText(labels: Readonly<Record<string, string>>): string {
  let text = '';
  for (const name in labels) text += `${text === '' ? '' : ','}${name}="${escapeLabelValue(labels[name]!)}"`;
  return text === '' ? '' : `{${text}}`;
}

function escapeLabelValue(value: string): string {
  return NEEDS_ESCAPE.test(value) ? value.replace(/[\\"\n]/g, (character) => ESCAPES[character]!) : value;
}
