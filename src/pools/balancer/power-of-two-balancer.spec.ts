import { array, assert, constantFrom, double, nat, property, record, string } from 'fast-check';
import { type BalancedEndpoint, PowerOfTwoBalancer, type TrafficState } from './power-of-two-balancer';

interface Server extends BalancedEndpoint {
  readonly name: string;
  load: number;
  state: TrafficState;
}
const server = (name: string, load = 0, state: TrafficState = 'available'): Server => ({
  name,
  load,
  state,
  trafficState() {
    return this.state;
  },
});
const ROUTE = 'GET /';

function shares(
  balancer: PowerOfTwoBalancer<Server>,
  picks: number,
  each?: (picked: Server) => void,
): Map<string, number> {
  const counts = new Map<string, number>();
  for (let i = 0; i < picks; i++) {
    const picked = balancer.pick(ROUTE);
    counts.set(picked.name, (counts.get(picked.name) ?? 0) + 1);
    each?.(picked);
  }
  return counts;
}

describe('PowerOfTwoBalancer', () => {
  it('never takes the most loaded of three or more', () => {
    const balancer = new PowerOfTwoBalancer([server('a', 1), server('b', 2), server('c', 3)]);
    expect(shares(balancer, 1_000).has('c')).toBe(false);
  });

  it('spreads evenly over equal ones, far better than at random', () => {
    const servers = Array.from({ length: 10 }, (_, i) => server(String(i)));
    const balancer = new PowerOfTwoBalancer(servers);
    const counts = [...shares(balancer, 10_000, (picked) => (picked.load += 1)).values()];
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThan(20); // at random about 150
  });

  it('gives traffic in proportion to speed', () => {
    const [fast, slow] = [server('fast'), server('slow')];
    const finishing: { at: number; who: Server }[] = [];
    const inFlight = new Map([
      [fast, 0],
      [slow, 0],
    ]);
    const balancer = new PowerOfTwoBalancer([fast, slow, server('idle', Infinity)]);
    const counts = new Map<Server, number>();
    for (let now = 0; now < 20_000; now++) {
      for (const done of finishing.filter(({ at }) => at === now)) inFlight.set(done.who, inFlight.get(done.who)! - 1);
      const cost = (who: Server) => (who === fast ? 10 : 40);
      for (const each of [fast, slow]) each.load = cost(each) * (inFlight.get(each)! + 1);
      const picked = balancer.pick(ROUTE);
      inFlight.set(picked, inFlight.get(picked)! + 1);
      counts.set(picked, (counts.get(picked) ?? 0) + 1);
      finishing.push({ at: now + cost(picked), who: picked });
    }
    const ratio = counts.get(fast)! / counts.get(slow)!;
    expect(ratio).toBeGreaterThan(1.5);
  });

  it('leaves ejected ones out, sends one request to a trial, and none of a repeated request', () => {
    const [good, ejected, trial] = [server('good', 100), server('ejected', 0, 'ejected'), server('trial', 0, 'trial')];
    const balancer = new PowerOfTwoBalancer([good, ejected, trial]);
    expect(balancer.pick(ROUTE)).toBe(trial);
    trial.state = 'ejected'; // its one request is under way
    expect([...shares(balancer, 100).keys()]).toEqual(['good']);
    trial.state = 'trial';
    expect(balancer.pick(ROUTE, new Set([ejected]))).toBe(good);
  });

  it('tries elsewhere what has failed somewhere, and still tries when all are ejected', () => {
    const servers = [server('a', 0, 'ejected'), server('b', 0, 'ejected')];
    const balancer = new PowerOfTwoBalancer(servers);
    expect(shares(balancer, 100).size).toBe(2);
    expect(balancer.pick(ROUTE, new Set([servers[0]!]))).toBe(servers[1]);
    expect(servers).toContain(balancer.pick(ROUTE, new Set(servers)));
  });

  it('always answers with one of its endpoints, whatever their state', () => {
    const anyServer = record({
      name: string(),
      load: double({ min: 0 }),
      state: constantFrom<TrafficState>('available', 'trial', 'ejected'),
    });
    assert(
      property(array(anyServer, { minLength: 1, maxLength: 8 }), nat(), (drawn, tried) => {
        const servers = drawn.map(({ name, load, state }) => server(name, load, state));
        const picked = new PowerOfTwoBalancer<Server>(servers).pick(
          ROUTE,
          new Set(servers.slice(0, tried % (servers.length + 1))),
        );
        expect(servers).toContain(picked);
        const untried = servers.slice(tried % (servers.length + 1));
        if (untried.length > 0) expect(untried).toContain(picked);
      }),
    );
  });

  it('needs an endpoint', () => {
    expect(() => new PowerOfTwoBalancer([])).toThrow(RangeError);
  });
});
