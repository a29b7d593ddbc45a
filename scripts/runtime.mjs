// The one place that says which Node the service needs.
const NEEDED = [24, 9];

/** Ends the process with one sentence when the Node that runs this is older than the service needs. */
export function requireRuntime() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1])) return;
  process.stderr.write(
    `performance-gateway needs Node ${NEEDED.join('.')} or newer and this is ${process.versions.node}: run it with "npm start" after "npm ci", which brings its own Node, or install a newer one.\n`,
  );
  process.exit(1);
}
