const HEAD = [
  'row',
  'measured',
  '95 % interval',
  'rounds',
  'target',
  'verdict',
  'base: wall / CPU',
  'ours: wall / CPU',
];

const LEGEND = `
"× time", "× throughput" and "× CPU": ours over the base's, in turns in one process. Times and CPU are better when low,
throughput when high. "undecided": the interval reaches over the target. Contenders stand below the row they belong to.
`;

/** The rows for people, and below them what each of them is. */
export function table(rows) {
  const lines = [HEAD];
  for (const row of rows) {
    lines.push([
      row.id,
      `${figure(row.ratio)} ${unitOf(row)}`.trimEnd(),
      interval(row.ci95),
      String(row.rounds),
      row.target === undefined ? '–' : `${row.direction === '<=' ? '≤' : '≥'} ${row.target}`,
      row.verdict ?? '–',
      cost(row.perOperation?.base),
      cost(row.perOperation?.subject),
    ]);
    for (const peer of row.peers ?? []) {
      lines.push([
        `  ${peer.name}`,
        `${figure(peer.ratio)} ${unitOf(row)}`,
        interval(peer.ci95),
        '',
        '',
        '',
        '',
        cost(peer),
      ]);
    }
  }
  const widths = HEAD.map((_, column) => Math.max(...lines.map((line) => line[column].length)));
  return `${lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column]))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')}\n${LEGEND}\n${titles(rows)}\n`;
}

const titles = (rows) => rows.map(({ id, title }) => `${id}: ${title}`).join('\n');

function unitOf({ measures, unit, base }) {
  if (measures === 'cpu') return '× CPU';
  if (measures === 'value') return base === 1 ? (unit ?? '') : '× base';
  return `× ${measures}`;
}

const figure = (value) => (Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3));
const interval = ([low, high]) => `${figure(low)} – ${figure(high)}`;
const cost = (side) => (side === undefined ? '' : `${duration(side.wallNs)} / ${duration(side.cpuNs)}`);

function duration(ns) {
  if (ns < 1e3) return `${ns.toFixed(0)} ns`;
  if (ns < 1e6) return `${(ns / 1e3).toFixed(1)} µs`;
  return `${(ns / 1e6).toFixed(2)} ms`;
}
