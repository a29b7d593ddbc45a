const HEAD = ['row', 'ratio', '95 % interval', 'rounds', 'target', 'verdict', 'base: wall / CPU', 'ours: wall / CPU'];

/** The rows for people; a contender without a target stands below the row it belongs to. */
export function table(rows) {
  const lines = [HEAD];
  for (const row of rows) {
    lines.push([
      row.id,
      `${figure(row.ratio)}${row.unit && row.base === 1 ? ` ${row.unit}` : ''}`,
      interval(row.ci95),
      String(row.rounds),
      row.target === undefined ? '–' : `${row.direction === '<=' ? '≤' : '≥'} ${row.target}`,
      row.verdict ?? '–',
      cost(row.perOperation?.base),
      cost(row.perOperation?.subject),
    ]);
    for (const peer of row.peers ?? []) {
      lines.push([`  ${peer.name}`, figure(peer.ratio), interval(peer.ci95), '', '', '', '', cost(peer)]);
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
    .join('\n')}\n`;
}

const figure = (value) => (Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3));
const interval = ([low, high]) => `${figure(low)} – ${figure(high)}`;
const cost = (side) => (side === undefined ? '' : `${duration(side.wallNs)} / ${duration(side.cpuNs)}`);

function duration(ns) {
  if (ns < 1e3) return `${ns.toFixed(0)} ns`;
  if (ns < 1e6) return `${(ns / 1e3).toFixed(1)} µs`;
  return `${(ns / 1e6).toFixed(2)} ms`;
}
