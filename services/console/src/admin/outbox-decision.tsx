import type { OutboxItem } from '@patchbay/contracts';
import { keys } from '@patchbay/ui';
import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { loadDraft, saveDraft } from '../desk/drafts.ts';
import { useNavigate } from 'react-router';
import { useAction } from '../feedback/use-action.ts';
import { api } from '../query-client.ts';

type Decision = 'sent' | 'failed' | 'resend';

/** What a person can do about a message that failed, or of which nobody knows whether it left. */
export function OutboxDecision({ item }: { item: OutboxItem }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const decide = useAction((decision: Decision) => api.resolveOutbound(item.id, decision), {
    stale: [keys.outbox, keys.messages(item.ticketId), keys.ticket(item.ticketId)],
    done: t('outbox.decided'),
  });
  const choices: readonly Decision[] =
    item.status === 'unknown'
      ? ['sent', 'failed', 'resend']
      : item.status === 'failed' && !item.decidedAt
        ? ['failed']
        : [];
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
          {t(item.status === 'failed' ? 'outbox.seen' : `outbox.decide.${choice}`)}
        </Button>
      ))}
      {item.status === 'failed' && (
        <Button
          size="small"
          onClick={() => {
            // What the agent has begun to write there is not overwritten.
            if (loadDraft(item.ticketId, 'public') === '') saveDraft(item.ticketId, 'public', item.text);
            void navigate(`/desk/${item.ticketId}`);
          }}
          data-testid="outbox-as-new"
        >
          {t('outbox.asNew')}
        </Button>
      )}
    </>
  );
}
