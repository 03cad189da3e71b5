import { useEffect, useRef } from 'react';

interface Options {
  /** By default. */
  active?: boolean;
  /** Also where something is written: there a Mac types signs with Alt. */
  whileTyping?: boolean;
}

/** Listens for Alt with a key, by its place on the keyboard, because Alt changes the letter on some layouts. A dialog keeps its keys for itself. */
export function useShortcuts(
  shortcuts: Record<string, () => void>,
  { active = true, whileTyping = false }: Options = {},
): void {
  const latest = useRef(shortcuts);
  latest.current = shortcuts;
  useEffect(() => {
    if (!active) return undefined;
    const listen = (event: KeyboardEvent): void => {
      const run = event.altKey && !event.ctrlKey && !event.metaKey ? latest.current[event.code] : undefined;
      if (!run || (!whileTyping && (isField(event.target) || hasDialog()))) return;
      event.preventDefault();
      run();
    };
    window.addEventListener('keydown', listen);
    return () => window.removeEventListener('keydown', listen);
  }, [active, whileTyping]);
}

const fields =
  'textarea, [contenteditable]:not([contenteditable=false]), input:not([readonly], [type=checkbox], [type=radio], [type=button], [type=submit])';
const isField = (target: EventTarget | null): boolean => target instanceof Element && target.closest(fields) !== null;
const hasDialog = (): boolean =>
  [...document.querySelectorAll('[aria-modal=true]')].some((dialog) => dialog.checkVisibility());
