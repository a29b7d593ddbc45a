const START = '<!-- bench -->';
const END = '<!-- /bench -->';
const HEAD = ['row', 'measured', '95 % interval', 'target', 'verdict', 'peers'];

/** The text with the tables of that run between its markers, as prettier formats them. */
export function withTables(text, entry) {
  const [from, to] = [text.indexOf(START), text.indexOf(END)];
  if (from === -1 || to < from) throw new Error(`the text has no markers ${START} and ${END}`);
  const { at, commit, machine, rows } = entry;
  const where = `Measured ${at.slice(0, 10)} at \`${commit}\` on ${machine.cores} × ${machine.processor}, Node ${machine.node}, load ${machine.load1m}.`;
  const areas = [...Map.groupBy(rows, ({ area }) => area)];
  const tables = areas.map(([area, ofArea]) => `#### ${area}\n\n${tableOf([HEAD, ...ofArea.map(cells)])}`);
  return `${text.slice(0, from)}${START}\n\n${[where, ...tables].join('\n\n')}\n\n${text.slice(to)}`;
}

const figure = (value) => (Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3));

function cells({ id, ratio, ci95, unit, measures, target, direction, verdict, peers = [] }) {
  return [
    `\`${id}\``,
    `${figure(ratio)}${measures === 'value' && unit !== undefined ? ` ${unit}` : ''}`,
    ci95.map(figure).join(' – '),
    target === undefined ? '' : `${direction === '>=' ? '≥' : '≤'} ${target}`,
    verdict ?? '',
    peers.map((peer) => `${peer.name} ${figure(peer.ratio)}`).join(', '),
  ];
}

function tableOf(lines) {
  const widths = lines[0].map((_, column) => Math.max(3, ...lines.map((line) => line[column].length)));
  const text = (line) => `| ${line.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`;
  const [head, ...rows] = lines;
  return [text(head), `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...rows.map(text)].join('\n');
}
