// The mixed load that "bytes per sample" is measured on: deterministic series as a real process exports them.
// seriesLoad(count) yields { name, labels, type, next() } where next() returns the value at each following 10 s tick.
// Mix per 100 series: 30 constant, 25 idle counters, 15 busy counters, 10 small integer gauges, 5 heap-like bytes,
// 5 CPU-like ratios, 5 ratios rounded to 0.001, 5 latencies in seconds.
export function rng(seed) {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), a | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
const kinds = {
  constant: (r) => {
    const v = Math.floor(r() * 1e6);
    return () => v;
  },
  idleCounter: (r) => {
    let v = Math.floor(r() * 1e4);
    return () => (r() < 0.01 ? ++v : v);
  },
  counter: (r) => {
    let v = Math.floor(r() * 1e6);
    const rate = 1 + r() * 500;
    return () => (v += Math.floor(r() * rate));
  },
  intGauge: (r) => {
    let v = 10;
    return () => (r() < 0.4 ? (v = Math.max(0, Math.min(20, v + (r() < 0.5 ? -1 : 1)))) : v);
  },
  bytes: (r) => {
    let v = 8e7;
    return () => (v = v > 2e8 ? 8e7 : v + Math.floor(r() * 65536) * 8);
  },
  ratio: (r) => {
    let v = 0.3;
    return () => (v = Math.min(1, Math.max(0, v + (r() - 0.5) * 0.1)));
  },
  rounded: (r) => {
    let v = 0.3;
    return () => Math.round((v = Math.min(1, Math.max(0, v + (r() - 0.5) * 0.1))) * 1000) / 1000;
  },
  latency: (r) => () => 0.002 + -Math.log(1 - r()) * 0.004 + (r() < 0.02 ? r() * 0.2 : 0),
};
const shares = [
  ['constant', 30],
  ['idleCounter', 25],
  ['counter', 15],
  ['intGauge', 10],
  ['bytes', 5],
  ['ratio', 5],
  ['rounded', 5],
  ['latency', 5],
];
const mix = shares.flatMap(([kind, n]) => Array(n).fill(kind));
export function* seriesLoad(count) {
  for (let i = 0; i < count; i++) {
    const kind = mix[(i * 37) % 100];
    yield {
      name: `load_${kind}${kind.toLowerCase().includes('counter') ? '_total' : ''}`,
      labels: { series: String(i) },
      type: kind.toLowerCase().includes('counter') ? 'counter' : 'gauge',
      next: kinds[kind](rng(i + 7)),
    };
  }
}
