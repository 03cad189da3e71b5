import { TagsOutlined } from '@ant-design/icons';
import { normalTag, type Ticket } from '@patchbay/contracts';
import { keys } from '@patchbay/ui';
import { Button, Select, Tag } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useTagOptions } from '../automation/use-ticket-choices.ts';
import { isEscape } from '../feedback/is-escape.ts';
import { useAction } from '../feedback/use-action.ts';
import { api } from '../query-client.ts';
import '../style/automation.css';

/** The ticket's tags, which an agent puts on and takes off; Esc or leaving the field ends it. */
export function TicketTags({ ticket }: { ticket: Ticket }) {
  const { t } = useTranslation();
  const [editing, setEditing] = useState(false);
  const options = useTagOptions(editing);
  const change = useAction((next: string[]) => api.changeTags(ticket.id, difference(ticket.tags, next)), {
    stale: [keys.tickets, keys.ticket(ticket.id), keys.events(ticket.id), ['tags']],
  });
  if (editing)
    return (
      <div className="ticket-tags">
        <Select
          mode="tags"
          size="small"
          autoFocus
          defaultOpen
          value={ticket.tags}
          options={options}
          loading={change.isPending}
          tokenSeparators={[',', '，']}
          onChange={(next: string[]) => change.mutate(next)}
          onBlur={() => setEditing(false)}
          onKeyDown={(event) => isEscape(event) && setEditing(false)}
          aria-label={t('tags.edit')}
          data-testid="tags-select"
        />
      </div>
    );
  return (
    <div className="ticket-tags" data-testid="ticket-tags">
      {ticket.tags.map((tag) => (
        <Tag key={tag}>{tag}</Tag>
      ))}
      <Button
        type="text"
        size="small"
        icon={<TagsOutlined />}
        onClick={() => setEditing(true)}
        aria-label={t('tags.edit')}
        title={t('tags.edit')}
        data-testid="tags-edit"
      />
    </div>
  );
}

function difference(before: readonly string[], next: readonly string[]) {
  const wanted = next.map(normalTag);
  return {
    add: wanted.filter((tag) => !before.includes(tag)),
    remove: before.filter((tag) => !wanted.includes(tag)),
  };
}
