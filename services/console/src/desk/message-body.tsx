import type { Message } from '@patchbay/contracts';
import { Button } from 'antd';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { linkParts } from './link-parts.ts';

// The sanitiser is only loaded for who reads an HTML mail.
const HtmlMail = lazy(async () => ({ default: (await import('./html-mail.tsx')).HtmlMail }));

export function MessageBody({ message }: { message: Message }) {
  const { t } = useTranslation();
  const [plain, setPlain] = useState(false);
  if (!message.html || message.visibility === 'internal') return <PlainText message={message} />;
  return (
    <>
      {plain ? (
        <PlainText message={message} />
      ) : (
        <Suspense fallback={<PlainText message={message} />}>
          <HtmlMail html={message.html} attachments={message.attachments} />
        </Suspense>
      )}
      <Button type="link" size="small" className="message-switch" onClick={() => setPlain(!plain)}>
        {t(plain ? 'message.showHtml' : 'message.showText')}
      </Button>
    </>
  );
}

/** The new part first; what it quotes is there on request. */
function PlainText({ message }: { message: Message }) {
  const { t } = useTranslation();
  const [whole, setWhole] = useState(false);
  const quotes =
    message.replyText !== null && message.replyText.trim() !== '' && message.replyText.trim() !== message.text.trim();
  const shown = quotes && !whole ? (message.replyText ?? '') : message.text;
  return (
    <>
      {shown.trim() === '' && message.attachments.length === 0 && (
        <p className="muted">{t(message.channel === 'phone' ? 'message.call' : 'message.empty')}</p>
      )}
      {shown.trim() !== '' && (
        <p className="message-text" dir="auto">
          {linkParts(shown.trim()).map((part, index) =>
            part.href ? (
              <a key={index} href={part.href} target="_blank" rel="noopener noreferrer">
                {part.text}
              </a>
            ) : (
              part.text
            ),
          )}
        </p>
      )}
      {quotes && (
        <Button type="link" size="small" className="message-switch" onClick={() => setWhole(!whole)}>
          {t(whole ? 'message.hideQuoted' : 'message.showQuoted')}
        </Button>
      )}
    </>
  );
}
