import { ArrowLeftOutlined, IdcardOutlined, SwapOutlined } from '@ant-design/icons';
import { ticketStatus, type RequestType, type Ticket, type TicketDetail, type TicketStatus } from '@patchbay/contracts';
import { ApiProblem, keys } from '@patchbay/ui';
import { useQueryClient } from '@tanstack/react-query';
import { Button, Select, Tooltip } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { TicketClocksButton } from '../clocks/ticket-clocks.tsx';
import { bilingual } from '../feedback/bilingual.ts';
import { useAction } from '../feedback/use-action.ts';
import { api } from '../query-client.ts';
import { useMe } from '../session/use-me.ts';
import { CallBackLink } from './call-back-link.tsx';
import { CallButton } from './call-button.tsx';
import { ChannelTag } from './channel-tag.tsx';
import { useGoBack } from './jumps.ts';
import { SubjectLine } from './subject-line.tsx';
import { TicketTags } from './ticket-tags.tsx';
import { TakeOverButton } from './take-over-button.tsx';
import { useTicketFilter } from './ticket-filter.ts';
import { TransferDialog } from './transfer-dialog.tsx';

export function ConversationHead({ ticket, showCustomer }: { ticket: TicketDetail; showCustomer?: () => void }) {
  const { t } = useTranslation();
  const { address } = useTicketFilter();
  const goBack = useGoBack(ticket.id);
  return (
    <header className="conversation-head">
      <Button
        className="back"
        type="text"
        icon={<ArrowLeftOutlined />}
        aria-label={t('desk.back')}
        onClick={goBack}
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
          {ticket.callBack && ticket.status === 'open' && <CallBackLink ticket={ticket} callBack={ticket.callBack} />}
          {ticket.linkedTicketId && <Link to={`/desk/${ticket.linkedTicketId}${address}`}>{t('ticket.linked')}</Link>}
        </div>
        <TicketTags key={`tags ${ticket.id}`} ticket={ticket} />
      </div>
      <TicketClocksButton ticket={ticket} />
      {ticket.callObstacle !== 'no-carrier' && <CallButton ticket={ticket} />}
      <HoldButton ticket={ticket} />
      <HandOn ticket={ticket} />
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

/** Its holder and managers hand it on; managers take over what somebody else has. */
function HandOn({ ticket }: { ticket: Ticket }) {
  const { t } = useTranslation();
  const me = useMe();
  const [open, setOpen] = useState(false);
  const settled = ticket.status === 'resolved' || ticket.status === 'closed';
  const mine = ticket.assigneeId === me.id;
  const manages = me.role !== 'agent';
  if (settled || (!mine && !manages)) return null;
  return (
    <>
      {manages && !mine && ticket.assigneeId !== null && <TakeOverButton ticket={ticket} />}
      <Tooltip title={t('transfer.title')}>
        <Button
          icon={<SwapOutlined />}
          aria-label={t('transfer.title')}
          onClick={() => setOpen(true)}
          data-testid="transfer"
        />
      </Tooltip>
      {open && <TransferDialog ticket={ticket} close={() => setOpen(false)} />}
    </>
  );
}

function StatusSelect({ ticket }: { ticket: Ticket }) {
  const { t } = useTranslation();
  const change = useAction((status: TicketStatus) => api.updateTicket(ticket.id, { status }), {
    stale: [keys.tickets, keys.ticket(ticket.id), keys.events(ticket.id), keys.me],
    explain: useMissingFields(ticket),
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

/** A ticket that is not complete cannot be resolved: says which fields, by the names that they have on the card. */
function useMissingFields(ticket: Ticket): (error: Error) => string | null {
  const { t, i18n } = useTranslation();
  const client = useQueryClient();
  return (error) => {
    if (!(error instanceof ApiProblem) || error.code !== 'unprocessable') return null;
    const paths = error.issues.flatMap(({ path }) =>
      path.startsWith('fields.') ? [path.slice('fields.'.length)] : [],
    );
    if (paths.length === 0) return null;
    const types = client.getQueryData<RequestType[]>(keys.requestTypes);
    const type = types?.find(({ key }) => key === ticket.requestType);
    const names = paths.map((path) => {
      const field = type?.fields.find(({ key }) => key === path);
      return field ? bilingual(i18n, field).shown : path;
    });
    return t('request.stillNeeded', { fields: names.join(', ') });
  };
}
