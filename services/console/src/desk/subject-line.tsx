import { EditOutlined } from '@ant-design/icons';
import type { Ticket } from '@patchbay/contracts';
import { keys } from '@patchbay/ui';
import { Button, Input } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { isEscape } from '../feedback/is-escape.ts';
import { useAction } from '../feedback/use-action.ts';
import { api } from '../query-client.ts';
import { subjectText } from './given-names.ts';

/** The subject, which an agent may write anew: Enter or leaving the field keeps it, Esc does not. */
export function SubjectLine({ ticket }: { ticket: Ticket }) {
  const { t } = useTranslation();
  const [draft, setDraft] = useState<string | null>(null);
  const rename = useAction((subject: string) => api.updateTicket(ticket.id, { subject }), {
    stale: [keys.tickets, keys.ticket(ticket.id)],
    after: () => setDraft(null),
  });
  const shown = subjectText(t, ticket.subject);
  const keep = (): void => {
    if (rename.isPending) return;
    const subject = draft?.trim() ?? '';
    if (subject && subject !== ticket.subject) rename.mutate(subject);
    else setDraft(null);
  };
  if (draft !== null)
    return (
      <Input
        size="small"
        autoFocus
        maxLength={500}
        value={draft}
        readOnly={rename.isPending}
        aria-label={t('ticket.rename')}
        onChange={(event) => setDraft(event.target.value)}
        onPressEnter={(event) => !event.nativeEvent.isComposing && keep()}
        onKeyDown={(event) => isEscape(event) && setDraft(null)}
        onBlur={keep}
        data-testid="subject-text"
      />
    );
  return (
    <div className="subject-line">
      <h2 className="ellipsis" title={shown}>
        {shown || t('ticket.noSubject')}
      </h2>
      <Button
        type="text"
        size="small"
        icon={<EditOutlined />}
        aria-label={t('ticket.rename')}
        onClick={() => setDraft(ticket.subject)}
        data-testid="subject-edit"
      />
    </div>
  );
}
