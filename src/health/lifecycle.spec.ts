import { Lifecycle } from './lifecycle';

describe('Lifecycle', () => {
  it('goes from starting over ready to draining and never back', () => {
    const lifecycle = new Lifecycle();
    expect(lifecycle.state).toBe('starting');
    lifecycle.markReady();
    expect(lifecycle.state).toBe('ready');
    lifecycle.beginDraining();
    lifecycle.markReady();
    expect(lifecycle.state).toBe('draining');
  });
});
