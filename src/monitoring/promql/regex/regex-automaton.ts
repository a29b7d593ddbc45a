import type { RegexBudget } from './regex-budget';
import { holds, type RegexProgram } from './regex-program';

interface State {
  /** Positions before what needs no character is followed. */
  readonly positions: readonly number[];
  /** The character that led here, where an assertion could ask for it. */
  readonly before: number | undefined;
  readonly next: Map<number, State>;
  accepts: boolean | undefined;
}

/** The automaton forgets its states when there are more than this; they come back as they are needed. */
const MAX_STATES = 4_096;
/** What is remembered of a step takes memory, too. */
const STEPS_PER_TRANSITION = 3;
/** All characters an assertion cannot tell apart from this one. */
const ORDINARY = 0x20;

/** Says whether a pattern matches a whole text, by states that are made when they are first reached. */
export class RegexAutomaton {
  private states = new Map<string, State>();
  private start: State;

  constructor(
    private readonly program: RegexProgram,
    private readonly budget: RegexBudget,
  ) {
    this.start = this.state([0], undefined);
  }

  matches(text: string): boolean {
    let state = this.start;
    for (let at = 0; at < text.length; at++) {
      const char = text.codePointAt(at)!;
      if (char > 0xffff) at++;
      let next = state.next.get(char);
      if (next === undefined) {
        next = this.step(state, char);
        state.next.set(char, next);
      }
      if (next.positions.length === 0) return false;
      state = next;
    }
    state.accepts ??= this.reachable(state, undefined).some((at) => this.program.instructions[at]!.op === 'match');
    return state.accepts;
  }

  private step(state: State, char: number): State {
    const positions: number[] = [];
    for (const at of this.reachable(state, char)) {
      const instruction = this.program.instructions[at]!;
      if (instruction.op === 'char' && instruction.test(char)) positions.push(instruction.next);
    }
    return this.state(positions, char === 10 || /\w/.test(String.fromCodePoint(char)) ? char : ORDINARY);
  }

  /** The positions that wait for a character or have matched, between the character before and the one after. */
  private reachable(state: State, after: number | undefined): number[] {
    const seen = new Set<number>();
    const waiting: number[] = [];
    const stack = [...state.positions];
    for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
      if (seen.has(at)) continue;
      seen.add(at);
      const instruction = this.program.instructions[at]!;
      if (instruction.op === 'split') stack.push(instruction.next, instruction.other);
      else if (instruction.op === 'save') stack.push(instruction.next);
      else if (instruction.op === 'assert') {
        if (holds(instruction.assertion, state.before, after)) stack.push(instruction.next);
      } else waiting.push(at);
    }
    this.budget.step(this.program.pattern, seen.size + STEPS_PER_TRANSITION);
    return waiting;
  }

  private state(positions: readonly number[], before: number | undefined): State {
    const sorted = [...new Set(positions)].toSorted((a, b) => a - b);
    const kind = before === undefined ? 'start' : before === 10 ? 'newline' : before === ORDINARY ? 'ordinary' : 'word';
    const key = `${kind}:${sorted.join(',')}`;
    const known = this.states.get(key);
    if (known) return known;
    if (this.states.size >= MAX_STATES) this.forget();
    const state: State = { positions: sorted, before, next: new Map(), accepts: undefined };
    this.states.set(key, state);
    return state;
  }

  private forget(): void {
    this.states = new Map();
    for (const state of [this.start]) state.next.clear();
  }
}
