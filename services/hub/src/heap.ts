/** How much garbage the hub's heap may hold. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Percent by which the heap grows over what was in use before it is collected again. */
const growth = 80;

/**
 * On a large machine V8 lets the heap grow to hundreds of megabytes before it looks for garbage the first time, and then to a multiple of what is in
 * use. Called once the hub has started, so that the first look finds what starting left.
 */
export function keepHeapSmall(): void {
  setFlagsFromString(`--heap-growing-percent=${growth}`);
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  setFlagsFromString('--no-expose-gc');
}
