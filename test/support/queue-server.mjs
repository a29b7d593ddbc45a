// A server whose latencies are known from theory: `node queue-server.mjs '{"kind":…}'`; prints its port.
//   { kind: 'stall', everyMs, stallMs }          answers at once, but for a stall at each multiple of everyMs
//   { kind: 'queue', service, meanMs, seed }      one server, first come first served; service times are 'exponential' or 'constant'
//   { kind: 'capacity', perSecond }               likewise, constant, waiting room for 0.5 s, then 503
import { createServer } from 'node:http';

const options = JSON.parse(process.argv[2]);
const MAX_WAIT_MS = 500;

let state = options.seed ?? 1;
function random() {
  state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
  return (state + 0.5) / 2_147_483_648;
}

const serviceMs = () => (options.service === 'exponential' ? -Math.log(random()) * options.meanMs : options.meanMs);

/** Calls back at that time, as precisely as it can: the last two milliseconds are spent asking for it. */
const due = [];
let turning = false;
function at(ms, callback) {
  due.push({ ms, callback }); // first come first served: ascending
  if (!turning) turn();
}
function turn() {
  turning = due.length > 0;
  if (!turning) return;
  while (due.length > 0 && due[0].ms <= performance.now()) due.shift().callback();
  if (due.length === 0) turning = false;
  else if (due[0].ms - performance.now() > 3) setTimeout(turn, due[0].ms - performance.now() - 2);
  else setImmediate(turn);
}

let freeAtMs = 0;
function answer(response) {
  const nowMs = performance.now();
  if (options.kind === 'stall') {
    const intoMs = nowMs % options.everyMs;
    if (intoMs < options.stallMs) setTimeout(() => response.end('ok'), options.stallMs - intoMs);
    else response.end('ok');
    return;
  }
  const takesMs = options.kind === 'capacity' ? 1_000 / options.perSecond : serviceMs();
  if (options.kind === 'capacity' && freeAtMs - nowMs > MAX_WAIT_MS) {
    response.statusCode = 503;
    response.end('busy');
    return;
  }
  freeAtMs = Math.max(freeAtMs, nowMs) + takesMs;
  at(freeAtMs, () => response.end('ok'));
}

const server = createServer((_, response) => answer(response));
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
process.on('disconnect', () => process.exit());
