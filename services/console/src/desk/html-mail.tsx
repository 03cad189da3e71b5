import { PictureOutlined } from '@ant-design/icons';
import type { Attachment } from '@patchbay/contracts';
import { Button } from 'antd';
import { useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { mailDocument } from './mail-document.ts';

/** Taller mail scrolls in its frame, so that one newsletter does not push the conversation away. */
const TALLEST = 640;

/**
 * A customer's HTML, which is hostile until shown otherwise: sanitised, in a frame that may not run scripts, submit
 * forms or navigate this page, under a policy that loads nothing from elsewhere until the agent asks.
 */
export function HtmlMail({ html, attachments }: { html: string; attachments: readonly Attachment[] }) {
  const { t } = useTranslation();
  const [remote, setRemote] = useState(false);
  const [height, setHeight] = useState(60);
  const frame = useRef<HTMLIFrameElement>(null);
  const { document, blocked } = useMemo(
    () => mailDocument(html, attachments, remote, window.location.origin),
    [html, attachments, remote],
  );
  useFrameHeight(frame, document, setHeight);
  return (
    <div className="html-mail">
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
        style={{ height: Math.min(height, TALLEST) }}
        data-testid="html-mail"
      />
    </div>
  );
}

/** The frame may be measured from outside because it is of this origin; scripts inside stay forbidden. */
function useFrameHeight(
  frame: React.RefObject<HTMLIFrameElement | null>,
  document: string,
  set: (height: number) => void,
): void {
  useEffect(() => {
    const element = frame.current;
    if (!element) return undefined;
    let observer: ResizeObserver | undefined;
    const measure = (): void => {
      const body = element.contentDocument?.body;
      if (!body) return;
      observer?.disconnect();
      observer = new ResizeObserver(() => set(Math.ceil(body.scrollHeight) + 2));
      observer.observe(body);
    };
    element.addEventListener('load', measure);
    measure();
    return () => {
      element.removeEventListener('load', measure);
      observer?.disconnect();
    };
  }, [frame, document, set]);
}
