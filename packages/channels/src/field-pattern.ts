/** Patterns that managers give fields, on what strangers write into them. */
import { createContext, Script } from 'node:vm';

/** Some patterns try every way to read a text that fits none, twice as many with each letter: they are ended. Milliseconds. */
const longestMs = 250;

const given: { pattern: string; text: string } = { pattern: '', text: '' };
const context = createContext({ given });
const script = new Script('new RegExp(`^(?:${given.pattern})$`, "u").test(given.text)');

/** Whether the whole of it matches, in bounded time: what is not decided by then does not. A pattern that is none stands in nobody's way. */
export function matchesInTime(pattern: string, text: string): boolean {
  Object.assign(given, { pattern, text });
  try {
    return script.runInContext(context, { timeout: longestMs }) === true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT';
  }
}
