import { PictureOutlined } from '@ant-design/icons';
import type { Attachment } from '@patchbay/contracts';
import { Button } from 'antd';
import { useCallback, useEffect, useMemo, useRef, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { mailDocument, sanitised } from './mail-document.ts';
import { makeReadable } from './mail-contrast.ts';
import { fitWidth } from './mail-fit.ts';
import { freeTargets } from './mail-targets.ts';

/** Taller mail scrolls in its frame until the agent asks for all of it, so that one newsletter does not push the conversation away. */
const TALLEST = 640;
/** All of a mail is no taller than this: browsers draw nothing beyond a limit of theirs. */
const ALL = 30_000;

/** Heights of mails that were shown before, with and without what they quote, so that they do not grow again under the reader's eyes. */
const heights = { whole: new Map<string, number>(), trimmed: new Map<string, number>() };
const mostHeights = 300;
const heightsOf = (whole: boolean) => (whole ? heights.whole : heights.trimmed);

/**
 * A customer's HTML, which is hostile until shown otherwise: sanitised, in a frame that may not run scripts, submit
 * forms or navigate this page, under a policy that loads nothing from elsewhere until the agent asks. What it quotes is only there when it is
 * `quoting`, or for `subject` null.
 */
export function HtmlMail({
  html,
  subject = null,
  attachments,
  quoting = false,
  setQuoting,
  children,
}: {
  html: string;
  subject?: string | null;
  attachments: readonly Attachment[];
  quoting?: boolean;
  setQuoting?: (quoting: boolean) => void;
  /** Stands beside what else the reader may switch. */
  children?: ReactNode;
}) {
  const { t } = useTranslation();
  const [remote, setRemote] = useState(false);
  const [whole, setWhole] = useState(false);
  const [height, setHeight] = useState(() => heightsOf(quoting).get(html) ?? 60);
  const [target, setTarget] = useState('');
  const box = useRef<HTMLDivElement>(null);
  const frame = useRef<HTMLIFrameElement>(null);
  const clean = useMemo(() => sanitised(html), [html]);
  const { document, blocked, trims } = useMemo(
    () => mailDocument(clean, { attachments, remote, origin: window.location.origin, subject, whole: quoting }),
    [clean, attachments, remote, subject, quoting],
  );
  const measured = useCallback(
    (next: number) => {
      const known = heightsOf(quoting);
      if (known.size >= mostHeights) known.clear();
      known.set(html, next);
      setHeight(next);
    },
    [html, quoting],
  );
  useMailFrame(frame, document, measured, setTarget);
  const turn = () => {
    // Whoever reads the end of the conversation is led to the beginning of the mail, and not to the new end.
    if (!whole) box.current?.scrollIntoView({ block: 'start' });
    setWhole(!whole);
  };
  return (
    <div className="html-mail" ref={box}>
      {blocked > 0 && !remote && (
        <div className="html-mail-blocked small">
          <PictureOutlined aria-hidden />
          <span className="grow">{t('message.imagesBlocked', { count: blocked })}</span>
          <Button size="small" onClick={() => setRemote(true)} data-testid="show-images">
            {t('message.showImages')}
          </Button>
        </div>
      )}
      <iframe
        ref={frame}
        title={t('message.mailBody')}
        sandbox="allow-same-origin allow-popups allow-popups-to-escape-sandbox"
        srcDoc={document}
        style={{ height: Math.min(height, whole ? ALL : TALLEST) }}
        data-testid="html-mail"
      />
      <div className="message-switches">
        {trims && setQuoting && (
          <Button
            type="link"
            size="small"
            className="message-switch"
            aria-expanded={quoting}
            onClick={() => setQuoting(!quoting)}
            data-testid="mail-quoted"
          >
            {t(quoting ? 'message.hideQuoted' : 'message.showQuoted')}
          </Button>
        )}
        {height > TALLEST && (
          <Button type="link" size="small" className="message-switch" onClick={turn} data-testid="mail-whole">
            {t(whole ? 'message.showLess' : 'message.showWhole')}
          </Button>
        )}
        {children}
      </div>
      {target && (
        <p className="html-mail-target small" aria-hidden data-testid="link-target">
          {target}
        </p>
      )}
    </div>
  );
}

/**
 * The frame may be measured and listened to from outside because it is of this origin; scripts inside stay forbidden. `pointed` is told
 * where the link under the pointer or the focus leads, empty for none.
 */
function useMailFrame(
  frame: React.RefObject<HTMLIFrameElement | null>,
  document: string,
  measured: (height: number) => void,
  pointed: (target: string) => void,
): void {
  const watched = useRef<{ document: string; mail: Document }>(null);
  useEffect(() => {
    const element = frame.current;
    if (!element) return undefined;
    let observer: ResizeObserver | undefined;
    let seen: Document | null = null;
    // Until the frame has loaded this one, it holds the one before.
    if (watched.current?.document !== document) seen = watched.current?.mail ?? null;
    const linkOf = (target: EventTarget | null) =>
      pointed((target as Element | null)?.closest?.('a[href], area[href]')?.getAttribute('href') ?? '');
    const over = (event: Event): void => linkOf(event.target);
    const out = (): void => pointed('');
    const passOn = (event: Event): void => passKeyOn(event as KeyboardEvent, element);
    const listeners = { pointerover: over, pointerleave: out, focusin: over, focusout: out, keydown: passOn };
    const watch = (): void => {
      const mail = element.contentDocument;
      if (!mail?.body || mail === seen) return;
      seen = mail;
      watched.current = { document, mail };
      makeReadable(mail);
      fitWidth(mail);
      freeTargets(mail);
      observer?.disconnect();
      // With its scroll bar, where the mail is wider than the frame.
      observer = new ResizeObserver(() => {
        const bar = mail.documentElement.scrollWidth > mail.documentElement.clientWidth ? 14 : 0;
        measured(Math.ceil(mail.body.getBoundingClientRect().height) + 2 + bar);
      });
      observer.observe(mail.body);
      for (const [name, listener] of Object.entries(listeners)) mail.documentElement.addEventListener(name, listener);
    };
    element.addEventListener('load', watch);
    watch();
    return () => {
      element.removeEventListener('load', watch);
      observer?.disconnect();
      pointed('');
    };
  }, [frame, document, measured, pointed]);
}

/** Shortcuts of the page hold also for who has clicked into the mail, whose keys do not leave its frame by themselves. */
function passKeyOn(event: KeyboardEvent, frame: HTMLElement): void {
  const { altKey, ctrlKey, metaKey, shiftKey, code, key } = event;
  if (!altKey) return;
  const again = { altKey, ctrlKey, metaKey, shiftKey, code, key, bubbles: true, cancelable: true };
  if (!frame.dispatchEvent(new KeyboardEvent('keydown', again))) event.preventDefault();
}
