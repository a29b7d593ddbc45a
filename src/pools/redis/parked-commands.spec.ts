import { Command } from 'ioredis';
import { type CommandStream, ParkedCommands } from './parked-commands';

const pipelineOf = () => ({ isPipeline: true }) as unknown as CommandStream;
const late = () => new Error('late');

describe('ParkedCommands', () => {
  it('lets overdue commands go and keeps the others in order', async () => {
    const parked = new ParkedCommands();
    const [old, young] = [new Command('get', ['a']), new Command('get', ['b'])];
    parked.add(old, undefined);
    parked.add(young, undefined);
    expect(parked.expire((command) => command === old, late)).toBe(1);
    await expect(old.promise).rejects.toThrow('late');
    expect(parked.takeAll().map(({ command }) => command)).toEqual([young]);
    expect(parked.size).toBe(0);
  });

  it('lets a pipeline go as a whole, and no other one', async () => {
    const parked = new ParkedCommands();
    const [one, other] = [pipelineOf(), pipelineOf()];
    const commands = ['a', 'b', 'c'].map((key) => new Command('get', [key]));
    parked.add(commands[0]!, one);
    parked.add(commands[1]!, one);
    parked.add(commands[2]!, other);
    expect(parked.expire((command) => command === commands[0], late)).toBe(2);
    await expect(Promise.allSettled([commands[0]!.promise, commands[1]!.promise])).resolves.toMatchObject([
      { status: 'rejected' },
      { status: 'rejected' },
    ]);
    expect(parked.takeAll().map(({ command }) => command)).toEqual([commands[2]]);
  });
});
