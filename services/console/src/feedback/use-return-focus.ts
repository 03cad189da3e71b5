import { useEffect, useState } from 'react';

/** A dialog that goes away gives the focus back to what had it when it came, so that the keyboard goes on from there. */
export function useReturnFocus(): void {
  const [before] = useState(() => document.activeElement);
  useEffect(
    () => () => {
      // After the dialog is gone: it holds the focus until then.
      requestAnimationFrame(() => {
        if (before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true });
      });
    },
    [before],
  );
}
