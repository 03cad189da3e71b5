import { PictureOutlined } from '@ant-design/icons';
import type { Attachment } from '@patchbay/contracts';
import { Button } from 'antd';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { mailDocument } from './mail-document.ts';
import { makeReadable } from './mail-contrast.ts';
import { fitWidth } from './mail-fit.ts';

/** Taller mail scrolls in its frame until the agent asks for all of it, so that one newsletter does not push the conversation away. */
const TALLEST = 640;
/** All of a mail is no taller than this: browsers draw nothing beyond a limit of theirs. */
const ALL = 30_000;

/** Heights of mails that were shown before, so that they do not grow again under the reader's eyes. */
const heights = new Map<string, number>();
const mostHeights = 300;

/**
 * A customer's HTML, which is hostile until shown otherwise: sanitised, in a frame that may not run scripts, submit
 * forms or navigate this page, under a policy that loads nothing from elsewhere until the agent asks.
 */
export function HtmlMail({ html, attachments }: { html: string; attachments: readonly Attachment[] }) {
  const { t } = useTranslation();
  const [remote, setRemote] = useState(false);
  const [whole, setWhole] = useState(false);
  const [height, setHeight] = useState(() => heights.get(html) ?? 60);
  const [target, setTarget] = useState('');
  const box = useRef<HTMLDivElement>(null);
  const frame = useRef<HTMLIFrameElement>(null);
  const { document, blocked } = useMemo(
    () => mailDocument(html, attachments, remote, window.location.origin),
    [html, attachments, remote],
  );
  const measured = useCallback(
    (next: number) => {
      if (heights.size >= mostHeights) heights.clear();
      heights.set(html, next);
      setHeight(next);
    },
    [html],
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
      {height > TALLEST && (
        <Button type="link" size="small" className="message-switch" onClick={turn} data-testid="mail-whole">
          {t(whole ? 'message.showLess' : 'message.showWhole')}
        </Button>
      )}
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
  useEffect(() => {
    const element = frame.current;
    if (!element) return undefined;
    let observer: ResizeObserver | undefined;
    let seen: Document | null = null;
    const linkOf = (target: EventTarget | null) =>
      pointed((target as Element | null)?.closest?.('a[href], area[href]')?.getAttribute('href') ?? '');
    const over = (event: Event): void => linkOf(event.target);
    const out = (): void => pointed('');
    const listeners = { pointerover: over, pointerleave: out, focusin: over, focusout: out };
    const watch = (): void => {
      const mail = element.contentDocument;
      if (!mail?.body || mail === seen) return;
      seen = mail;
      makeReadable(mail);
      fitWidth(mail);
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
