import { Dropdown } from 'antd';
import type { MenuProps } from 'antd';
import { useEffect, useRef, useState, type ReactElement } from 'react';

/** Frames that a menu may take until it is laid out and takes the focus. */
const patience = 20;

/** A button with a menu: the focus goes into the menu when it opens, and back to the button after a choice or Esc. */
export function ChoiceMenu({ menu, children }: { menu: MenuProps; children: ReactElement }) {
  const [open, setOpen] = useState(false);
  const button = useRef<HTMLSpanElement>(null);
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (open) return focusFirst(() => list.current);
    // A menu that closes takes the focus with it, unless the focus has left it.
    const frame = requestAnimationFrame(() => {
      if (list.current?.contains(document.activeElement)) button.current?.querySelector('button')?.focus();
    });
    return () => cancelAnimationFrame(frame);
  }, [open]);
  return (
    <span ref={button}>
      <Dropdown
        trigger={['click']}
        menu={menu}
        open={open}
        onOpenChange={setOpen}
        popupRender={(entries) => <div ref={list}>{entries}</div>}
      >
        {children}
      </Dropdown>
    </span>
  );
}

/** @returns ends the attempts */
function focusFirst(menu: () => HTMLElement | null): () => void {
  let frame = 0;
  const attempt = (left: number): void => {
    const entry = menu()?.querySelector<HTMLElement>('[role=menuitem]:not([aria-disabled=true])');
    // Measured far outside the window at first; the focus there would scroll the page to it.
    if (entry && entry.getBoundingClientRect().right > 0) entry.focus({ preventScroll: true });
    if (left > 0 && (!entry || document.activeElement !== entry))
      frame = requestAnimationFrame(() => attempt(left - 1));
  };
  frame = requestAnimationFrame(() => attempt(patience));
  return () => cancelAnimationFrame(frame);
}
