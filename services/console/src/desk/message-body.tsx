import type { Message } from '@patchbay/contracts';
import { Button } from 'antd';
import { lazy, Suspense, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { linkParts } from './link-parts.ts';

// The sanitiser is only loaded for who reads an HTML mail.
const HtmlMail = lazy(async () => ({ default: (await import('./html-mail.tsx')).HtmlMail }));

export function MessageBody({ message }: { message: Message }) {
  const { t } = useTranslation();
  const [plain, setPlain] = useState(false);
  /** It was the button that was used last; a new one takes its place. */
  const [turned, setTurned] = useState(false);
  const [quoting, setQuoting] = useState(false);
  const switched = { message, quoting, setQuoting };
  if (!message.html || message.visibility === 'internal') return <PlainText {...switched} />;
  const turn = (
    <Button
      type="link"
      size="small"
      className="message-switch"
      autoFocus={turned}
      onClick={() => {
        setTurned(true);
        setPlain(!plain);
      }}
    >
      {t(plain ? 'message.showHtml' : 'message.showText')}
    </Button>
  );
  const text = <PlainText {...switched}>{turn}</PlainText>;
  if (plain) return text;
  return (
    <Suspense fallback={text}>
      <HtmlMail
        html={message.html}
        subject={message.direction === 'in' ? (message.subject ?? '') : null}
        attachments={message.attachments}
        quoting={quoting}
        setQuoting={setQuoting}
      >
        {turn}
      </HtmlMail>
    </Suspense>
  );
}

/** The new part first; what it quotes is there on request. */
function PlainText({
  message,
  quoting,
  setQuoting,
  children,
}: {
  message: Message;
  quoting: boolean;
  setQuoting: (quoting: boolean) => void;
  /** Stands beside what else the reader may switch. */
  children?: ReactNode;
}) {
  const { t } = useTranslation();
  const quotes =
    message.replyText !== null && message.replyText.trim() !== '' && message.replyText.trim() !== message.text.trim();
  const shown = quotes && !quoting ? (message.replyText ?? '') : message.text;
  return (
    <>
      {shown.trim() === '' && message.attachments.length === 0 && message.awaitedFiles.length === 0 && (
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
      <div className="message-switches">
        {quotes && (
          <Button
            type="link"
            size="small"
            className="message-switch"
            aria-expanded={quoting}
            onClick={() => setQuoting(!quoting)}
          >
            {t(quoting ? 'message.hideQuoted' : 'message.showQuoted')}
          </Button>
        )}
        {children}
      </div>
    </>
  );
}
