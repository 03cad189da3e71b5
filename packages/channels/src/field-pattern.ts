/** Patterns that managers give fields, on what strangers write into them. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { createContext, Script } from 'node:vm';

/** Some patterns try every way to read a text that fits none, twice as many with each letter: they are ended. Milliseconds. */
const longestMs = 250;
/** What a pattern that was ended once is given for each text after it: rows that hang one by one would take as long as one that hangs. Milliseconds. */
const againMs = 15;

export interface PatternLook {
  readonly pattern: string;
  readonly text: string;
}

const given: { looks: readonly PatternLook[]; found: (boolean | null)[] } = { looks: [], found: [] };
const context = createContext({ given });
const script = new Script(`{
  const { looks, found } = given;
  const made = new Map();
  const make = (pattern) => {
    try {
      return new RegExp(\`^(?:\${pattern})$\`, 'u');
    } catch {
      return { test: () => true };
    }
  };
  while (found.length < looks.length) {
    const { pattern, text } = looks[found.length];
    if (!made.has(pattern)) made.set(pattern, make(pattern));
    found.push(made.get(pattern).test(text));
  }
}`);

/** Goes on where `found` ends, until all are found or the time is over. */
function lookOn(looks: readonly PatternLook[], found: (boolean | null)[], timeout: number): void {
  Object.assign(given, { looks, found });
  try {
    script.runInContext(context, { timeout });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
  }
}

/** Whether the whole of it matches, in bounded time: what is not decided by then does not. A pattern that is none stands in nobody's way. */
export function matchesInTime(pattern: string, text: string): boolean {
  const found: (boolean | null)[] = [];
  lookOn([{ pattern, text }], found, longestMs);
  return found[0] ?? false;
}

/**
 * The same of many texts, each in bounded time, and null for what is not decided by then. They are looked at together, since the clock costs more than
 * a thousand looks; after one that took all its time others have a turn.
 */
export async function matchAllInTime(looks: readonly PatternLook[]): Promise<(boolean | null)[]> {
  const found: (boolean | null)[] = [];
  const hanging = new Set<string>();
  while (found.length < looks.length) {
    const begun = found.length;
    const pattern = looks[begun]?.pattern ?? '';
    lookOn(looks, found, hanging.has(pattern) ? againMs : longestMs);
    // What was ended in the middle had only what the others had left, and is looked at once more with all of the time.
    if (found.length > begun) continue;
    hanging.add(pattern);
    found.push(null);
    await nextTurn();
  }
  return found;
}
