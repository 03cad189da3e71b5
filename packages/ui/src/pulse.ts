/** Whether a connection over which nothing may happen for long still brings anything: the hub sends a pulse to wallboards every few seconds. */

/** Without a word for so long, the connection is taken for lost, ms. More than two pulses. */
const SILENCE = 7_000;

export interface Pulse {
  /** Something came by the connection. */
  heard(): void;
  /** It was a pulse: from now on there have to be more. */
  beat(): void;
  /** When something was heard last, ms since the epoch; null: nothing yet. */
  heardAt(): number | null;
  /** None are expected any more. */
  rest(): void;
}

/** `silent` is called once for each silence. A hub that sends no pulses is never taken for silent. */
export function listenForPulse(silent: () => void): Pulse {
  let last: number | null = null;
  let expected = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const rest = (): void => {
    clearTimeout(timer);
    expected = false;
  };
  const heard = (): void => {
    last = Date.now();
    if (!expected) return;
    clearTimeout(timer);
    timer = setTimeout(() => {
      rest();
      silent();
    }, SILENCE);
  };
  return {
    heard,
    beat() {
      expected = true;
      heard();
    },
    heardAt: () => last,
    rest,
  };
}
