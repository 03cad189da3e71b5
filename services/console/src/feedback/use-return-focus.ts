import { useEffect, useState, type RefObject } from 'react';

/**
 * A dialog that goes away gives the focus back to what had it when it came, so that the keyboard goes on from there.
 * @param instead has it where that is gone
 */
export function useReturnFocus(instead?: RefObject<HTMLElement | null>): void {
  const [before] = useState(() => document.activeElement);
  useEffect(
    () => () => {
      // After the dialog is gone: it holds the focus until then.
      requestAnimationFrame(() => {
        const there = before instanceof HTMLElement && before.isConnected ? before : instead?.current;
        there?.focus({ preventScroll: true });
      });
    },
    [before, instead],
  );
}
