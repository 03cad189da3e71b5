import type { OutboxItem } from '@patchbay/contracts';
import { keys } from '@patchbay/ui';
import { Button } from 'antd';
import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import { draftOn } from '../desk/drafts.ts';
import { withWrittenAnew } from '../desk/taken-back.ts';
import { useNavigate } from 'react-router';
import { useAction } from '../feedback/use-action.ts';
import { api } from '../query-client.ts';
import { useMe } from '../session/use-me.ts';

type Decision = 'sent' | 'failed' | 'resend' | 'seen';

/** What a person can do about a message that failed or missed a recipient, or of which nobody knows whether it left. */
export function OutboxDecision({ item }: { item: OutboxItem }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { id: me } = useMe();
  const decide = useAction((decision: Decision) => api.resolveOutbound(item.id, decision), {
    stale: [keys.outbox, keys.messages(item.ticketId), keys.ticket(item.ticketId)],
    done: t('outbox.decided'),
  });
  const anew = useAction(api.written, {
    stale: [],
    after: (written) => {
      draftOn(me, item.ticketId).change((now) => withWrittenAnew(now, written));
      void navigate(`/desk/${item.ticketId}`);
    },
  });
  const choices = choicesFor(item);
  if (choices.length === 0) return null;
  return (
    <>
      {choices.map((choice) => (
        <Button
          key={choice}
          size="small"
          disabled={decide.isPending}
          onClick={() => decide.mutate(choice)}
          data-testid={`outbox-decide-${choice}`}
        >
          {wordFor(item, choice, t)}
        </Button>
      ))}
      {item.anew && (
        <Button size="small" disabled={anew.isPending} onClick={() => anew.mutate(item.id)} data-testid="outbox-as-new">
          {t('outbox.asNew')}
        </Button>
      )}
    </>
  );
}

function wordFor({ inDoubt, status }: OutboxItem, choice: Decision, t: TFunction): string {
  if (inDoubt && choice === 'resend') return t('outbox.resendToOthers');
  return choice === 'seen' || status === 'failed' ? t('outbox.seen') : t(`outbox.decide.${choice}`);
}

function choicesFor({ status, error, decidedAt, waiting, inDoubt }: OutboxItem): readonly Decision[] {
  if (status === 'unknown') return ['sent', 'failed', 'resend'];
  if (decidedAt) return [];
  if (status === 'failed') return inDoubt ? ['failed', 'resend'] : ['failed'];
  return error !== null && waiting === null ? ['seen'] : [];
}
