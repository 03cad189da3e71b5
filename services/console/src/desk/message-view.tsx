import { ArrowRightOutlined, LockOutlined, ShareAltOutlined } from '@ant-design/icons';
import type { Message } from '@patchbay/contracts';
import { Button } from 'antd';
import { memo, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { arrivedAt } from './arrived-at.ts';
import { AttachmentList } from './attachment-list.tsx';
import { AwaitedFiles } from './awaited-files.tsx';
import { ChannelTag } from './channel-tag.tsx';
import { DeliveryMark } from './delivery-mark.tsx';
import { filesBelow } from './mail-pictures.ts';
import { MessageBody } from './message-body.tsx';
import { MessageTime } from './message-time.tsx';
import { AuthenticityTag, CategoryTag } from './sender-marks.tsx';
import '../style/message.css';

/** One message: from the customer on the left, from the centre on the right, a note in yellow. */
export const MessageView = memo(function MessageView({
  message,
  author,
  ours,
  reason,
  forward,
}: {
  message: Message;
  /** All of our addresses at which mail of the ticket arrived. */
  ours: readonly string[];
  /** Why it joined the ticket, in the hub's words; empty for none. */
  reason: string;
  /** Null when nobody wrote it but the hub. */
  author: string | null;
  /** Null where the ticket's channel passes nothing on. */
  forward: ((message: Message) => void) | null;
}) {
  const { t } = useTranslation();
  const { attachments, html } = message;
  const below = useMemo(() => {
    const drawsSome = html !== null && attachments.some(({ inline }) => inline);
    // A parsed document is inert: nothing is fetched.
    return filesBelow(attachments, drawsSome ? new DOMParser().parseFromString(html, 'text/html') : null);
  }, [attachments, html]);
  const note = message.visibility === 'internal';
  const side = note ? 'note' : message.direction;
  return (
    <article
      className={`message message-${side}`}
      data-testid="message"
      data-message-id={message.id}
      data-direction={message.direction}
      data-visibility={message.visibility}
    >
      <header className="message-head">
        <strong className="ellipsis">{author ?? t('message.hub')}</strong>
        {note ? (
          <span className="message-tag note-tag">
            <LockOutlined aria-hidden /> {t('message.note')}
          </span>
        ) : (
          <ChannelTag channel={message.channel} bare />
        )}
        {message.classification ? (
          <CategoryTag classification={message.classification} />
        ) : (
          message.kind !== 'customer' &&
          message.kind !== 'agent' && (
            <span className="message-tag">
              {t(message.kind === 'system' && message.direction === 'in' ? 'message.word' : `kind.${message.kind}`)}
            </span>
          )
        )}
        {message.authenticity && <AuthenticityTag authenticity={message.authenticity} />}
        <MessageTime at={message.receivedAt} reason={reason} />
        {!note && forward && (
          <Button
            type="text"
            size="small"
            icon={<ShareAltOutlined />}
            aria-label={t('message.forward')}
            title={t('message.forward')}
            onClick={() => forward(message)}
            data-testid="message-forward"
          />
        )}
      </header>
      {!note && message.channel === 'email' && <Addresses message={message} ours={ours} />}
      <MessageBody message={message} />
      <AttachmentList attachments={below} />
      <AwaitedFiles files={message.awaitedFiles} />
      {message.direction === 'out' && !note && message.deliveryStatus && (
        <>
          <DeliveryMark status={message.deliveryStatus} error={message.deliveryError} waiting={message.waiting} />
          {isTrouble(message) && message.authorId && (
            <Link className="small" to="/outbox" data-testid="message-decide">
              {t('outbox.toDecision')}
            </Link>
          )}
        </>
      )}
    </article>
  );
});

/** It failed, nobody knows whether it left, or some of its recipients missed it. */
const isTrouble = ({ deliveryStatus, deliveryError }: Message): boolean =>
  deliveryStatus === 'failed' ||
  deliveryStatus === 'unknown' ||
  (deliveryError !== null && deliveryStatus !== 'queued');

function Addresses({ message, ours }: { message: Message; ours: readonly string[] }) {
  const { t } = useTranslation();
  const at = arrivedAt(message, ours);
  return (
    <div className="message-addresses small muted">
      {message.forwardOf && <span className="message-tag">{t('message.forwarded')}</span>}
      {message.direction === 'in' ? message.from : message.identity?.address}{' '}
      <ArrowRightOutlined aria-label={t('message.to')} /> {message.to.join(', ')}
      {message.cc.length > 0 && ` · ${t('message.cc')} ${message.cc.join(', ')}`}
      {message.bcc.length > 0 && ` · ${t('message.bcc')} ${message.bcc.join(', ')}`}
      {message.replyTo.length > 0 && ` · ${t('message.replyTo')} ${message.replyTo.join(', ')}`}
      {at.length > 0 && <div data-testid="message-arrived">{t('message.arrivedAt', { addresses: at.join(', ') })}</div>}
    </div>
  );
}
