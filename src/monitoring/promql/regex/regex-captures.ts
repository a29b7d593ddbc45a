import { RegexBudget } from './regex-budget';
import { holds, type RegexProgram } from './regex-program';

/** Places of groups that are copied in the time of one step. */
const SLOTS_PER_STEP = 8;

interface Thread {
  readonly at: number;
  readonly slots: readonly (number | undefined)[];
}

/**
 * Where the groups of a pattern match, for a text it matches from end to end (Pike's machine: leftmost-first as in Perl,
 * in time linear in the text). @returns the text of each group, from 1 on; undefined when the text does not match
 */
export function captures(program: RegexProgram, text: string): (string | undefined)[] | undefined {
  const budget = new RegexBudget();
  const chars = [...text];
  const codes = chars.map((char) => char.codePointAt(0)!);
  let threads = follow(program, [{ at: 0, slots: [] }], codes, 0, budget);
  for (let position = 0; position < codes.length; position++) {
    const stepped: Thread[] = [];
    for (const { at, slots } of threads) {
      const instruction = program.instructions[at]!;
      if (instruction.op === 'char' && instruction.test(codes[position]!))
        stepped.push({ at: instruction.next, slots });
    }
    if (stepped.length === 0) return undefined;
    threads = follow(program, stepped, codes, position + 1, budget);
  }
  const matched = threads.find(({ at }) => program.instructions[at]!.op === 'match');
  return matched && program.groupNames.map((_, index) => span(chars, matched.slots, index + 1));
}

function span(chars: readonly string[], slots: Thread['slots'], group: number): string | undefined {
  const from = slots[group * 2];
  const to = slots[group * 2 + 1];
  return from === undefined || to === undefined ? undefined : chars.slice(from, to).join('');
}

/** All threads that wait for a character (or have matched) at a position, best first. */
function follow(
  program: RegexProgram,
  from: readonly Thread[],
  codes: readonly number[],
  position: number,
  budget: RegexBudget,
): Thread[] {
  const seen = new Set<number>();
  const waiting: Thread[] = [];
  const stack = from.toReversed();
  let copied = 0;
  for (let thread = stack.pop(); thread; thread = stack.pop()) {
    if (seen.has(thread.at)) continue;
    seen.add(thread.at);
    const instruction = program.instructions[thread.at]!;
    const { slots } = thread;
    switch (instruction.op) {
      case 'split':
        stack.push({ at: instruction.other, slots }, { at: instruction.next, slots });
        break;
      case 'assert':
        if (holds(instruction.assertion, codes[position - 1], codes[position]))
          stack.push({ at: instruction.next, slots });
        break;
      case 'save': {
        const saved = [...slots];
        saved[instruction.slot] = position;
        copied += saved.length;
        stack.push({ at: instruction.next, slots: saved });
        break;
      }
      default:
        waiting.push(thread);
    }
  }
  budget.step(program.pattern, seen.size + Math.floor(copied / SLOTS_PER_STEP));
  return waiting;
}
