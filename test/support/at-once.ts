import { type Outcome, outcome } from './outcome';

const TURNS = 50;

/**
 * How a promise ended that may wait for nothing outside of this process: it has 50 turns of the event loop, which no
 * timer and no server needs to be quick for. Fails when it is still pending then.
 */
export async function atOnce(promise: Promise<unknown>): Promise<Outcome> {
  const ended = await Promise.race([outcome(promise), afterTurns()]);
  if (ended === undefined) throw new Error(`still pending after ${TURNS} turns of the event loop`);
  return ended;
}

async function afterTurns(): Promise<undefined> {
  for (let turn = 0; turn < TURNS; turn++) await new Promise(setImmediate);
}
