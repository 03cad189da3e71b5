import { ArrowLeftOutlined, IdcardOutlined } from '@ant-design/icons';
import { ticketStatus, type Ticket, type TicketStatus } from '@patchbay/contracts';
import { keys } from '@patchbay/ui';
import { Button, Select, Tooltip } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate } from 'react-router';
import { useAction } from '../feedback/use-action.ts';
import { api } from '../query-client.ts';
import { useMe } from '../session/use-me.ts';
import { ChannelTag } from './channel-tag.tsx';
import { SubjectLine } from './subject-line.tsx';
import { useTicketFilter } from './ticket-filter.ts';

export function ConversationHead({ ticket, showCustomer }: { ticket: Ticket; showCustomer?: () => void }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { address } = useTicketFilter();
  return (
    <header className="conversation-head">
      <Button
        className="back"
        type="text"
        icon={<ArrowLeftOutlined />}
        aria-label={t('desk.back')}
        onClick={() => void navigate(`/desk${address}`)}
        data-testid="back"
      />
      <div className="grow">
        <SubjectLine key={ticket.id} ticket={ticket} />
        <div className="row small muted head-facts">
          <ChannelTag channel={ticket.channel} />
          <span>#{ticket.number}</span>
          <span className="ellipsis">
            {ticket.assigneeName ? t('ticket.heldBy', { name: ticket.assigneeName }) : t('ticket.nobody')}
          </span>
          {ticket.linkedTicketId && <Link to={`/desk/${ticket.linkedTicketId}${address}`}>{t('ticket.linked')}</Link>}
        </div>
      </div>
      <HoldButton ticket={ticket} />
      <StatusSelect ticket={ticket} />
      {showCustomer && (
        <Tooltip title={t('customer.title')}>
          <Button
            icon={<IdcardOutlined />}
            aria-label={t('customer.title')}
            onClick={showCustomer}
            data-testid="show-customer"
          />
        </Tooltip>
      )}
    </header>
  );
}

/** Take a ticket that nobody has, or hand one's own back to its queue. */
function HoldButton({ ticket }: { ticket: Ticket }) {
  const { t } = useTranslation();
  const me = useMe();
  const stale = [keys.tickets, keys.ticket(ticket.id), keys.events(ticket.id), keys.me];
  const claim = useAction(() => (ticket.offer?.agentId === me.id ? api.accept(ticket.id) : api.claim(ticket.id)), {
    stale,
  });
  const release = useAction(() => api.release(ticket.id), { stale });
  if (ticket.status === 'closed') return null;
  if (ticket.assigneeId === null) {
    return (
      <Button type="primary" loading={claim.isPending} onClick={() => claim.mutate(undefined)} data-testid="claim">
        {t('ticket.take')}
      </Button>
    );
  }
  if (ticket.assigneeId !== me.id) return null;
  return (
    <Tooltip title={t('ticket.releaseHelp')}>
      <Button loading={release.isPending} onClick={() => release.mutate(undefined)} data-testid="release">
        {t('ticket.release')}
      </Button>
    </Tooltip>
  );
}

function StatusSelect({ ticket }: { ticket: Ticket }) {
  const { t } = useTranslation();
  const change = useAction((status: TicketStatus) => api.updateTicket(ticket.id, { status }), {
    stale: [keys.tickets, keys.ticket(ticket.id), keys.events(ticket.id), keys.me],
  });
  const options = ticketStatus.options.map((status) => ({ value: status, label: t(`status.${status}`) }));
  return (
    <Select<TicketStatus>
      className="status-select"
      aria-label={t('ticket.status')}
      value={ticket.status}
      loading={change.isPending}
      disabled={change.isPending}
      options={options}
      onChange={(status) => change.mutate(status)}
      optionRender={(option) => <span data-testid={`status-option-${String(option.value)}`}>{option.label}</span>}
      popupMatchSelectWidth={140}
      data-testid="status-select"
      data-status={ticket.status}
    />
  );
}
