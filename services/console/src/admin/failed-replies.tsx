import { useQuery } from '@tanstack/react-query';
import { ExclamationCircleFilled } from '@ant-design/icons';
import type { HeldReply } from '@patchbay/contracts';
import { fullMoment, keys, moment } from '@patchbay/ui';
import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { errorText } from '../feedback/error-text.ts';
import { useAction } from '../feedback/use-action.ts';
import { api } from '../query-client.ts';

export const useFailedReplies = () =>
  useQuery({ queryKey: keys.failedReplies, queryFn: ({ signal }) => api.failedReplies(signal) });

/** My messages that never became any, since something stood against them when their moment came. */
export function FailedReplies({ replies }: { replies: readonly HeldReply[] }) {
  if (replies.length === 0) return null;
  return (
    <div className="panel failed-replies">
      {replies.map((reply) => (
        <FailedReply key={reply.id} reply={reply} />
      ))}
    </div>
  );
}

function FailedReply({ reply }: { reply: HeldReply }) {
  const { t, i18n } = useTranslation();
  const stale = [keys.failedReplies, keys.heldReplies(reply.ticketId), keys.messages(reply.ticketId)];
  const again = useAction(api.sendHeldNow, { stale });
  const discard = useAction(api.takeBack, { stale });
  const busy = again.isPending || discard.isPending;
  return (
    <article className="record" data-testid="failed-reply">
      <div className="record-head">
        <span className="record-title held-failed">
          <ExclamationCircleFilled aria-hidden />{' '}
          {t('held.failed', { reason: errorText(reply.reason ?? '', i18n.resolvedLanguage) })}
        </span>
        <span className="grow" />
        <time className="muted small tabular" dateTime={reply.dueAt} title={fullMoment(reply.dueAt, i18n.language)}>
          {moment(reply.dueAt, Date.now(), i18n.language)}
        </time>
      </div>
      <p className="message-text" dir="auto">
        {reply.input.text || reply.files.map(({ filename }) => filename).join(', ')}
      </p>
      <div className="record-actions row wrap">
        <span className="grow" />
        <Link to={`/desk/${reply.ticketId}`}>{t('outbox.ticket', { number: reply.ticketNumber })}</Link>
        <Button size="small" disabled={busy} onClick={() => again.mutate(reply.id)} data-testid="failed-reply-again">
          {t('held.again')}
        </Button>
        <Button
          size="small"
          disabled={busy}
          onClick={() => discard.mutate(reply.id)}
          data-testid="failed-reply-discard"
        >
          {t('outbox.discard')}
        </Button>
      </div>
    </article>
  );
}
