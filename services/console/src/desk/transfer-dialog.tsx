import { SearchOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import type { Ticket, TicketTransfer, TransferTarget } from '@patchbay/contracts';
import { keys } from '@patchbay/ui';
import { Alert, Input, Modal, Radio, Segmented, Select, Tag } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { Failed, Loading } from '../feedback/states.tsx';
import { useAction } from '../feedback/use-action.ts';
import { useReturnFocus } from '../feedback/use-return-focus.ts';
import { api } from '../query-client.ts';
import '../style/queues.css';
import { queueText } from './given-names.ts';
import { useTicketFilter } from './ticket-filter.ts';

/** Hands a ticket to a colleague, to whom it is offered, or to a queue; with a note for whoever takes it. `stay`: the page stays as it is. */
export function TransferDialog({ ticket, close, stay = false }: { ticket: Ticket; close: () => void; stay?: boolean }) {
  const { t } = useTranslation();
  useReturnFocus();
  const navigate = useNavigate();
  const { address } = useTicketFilter();
  const [way, setWay] = useState<'agent' | 'queue'>('agent');
  const [agentId, setAgentId] = useState<string>();
  const [queueId, setQueueId] = useState<string>();
  const [note, setNote] = useState('');
  const hand = useAction((to: TicketTransfer) => api.transfer(ticket.id, to), {
    stale: [keys.tickets, keys.ticket(ticket.id), keys.events(ticket.id), keys.messages(ticket.id), keys.me],
    done: t('transfer.done'),
    after: () => {
      close();
      // Whoever has handed it on is done with it, and may not even see it any more.
      if (!stay) void navigate(`/desk${address}`);
    },
  });
  const chosen = way === 'agent' ? agentId : queueId;
  const send = () =>
    hand.mutate({ ...(way === 'agent' ? { agentId } : { queueId }), ...(note.trim() && { note: note.trim() }) });
  return (
    <Modal
      open
      title={t('transfer.title')}
      okText={t(way === 'agent' ? 'transfer.offer' : 'transfer.move')}
      okButtonProps={{ disabled: !chosen, 'data-testid': 'transfer-send' }}
      confirmLoading={hand.isPending}
      onOk={send}
      onCancel={close}
    >
      <Segmented
        block
        value={way}
        onChange={setWay}
        options={[
          { value: 'agent', label: t('transfer.toAgent') },
          { value: 'queue', label: t('transfer.toQueue') },
        ]}
      />
      <div style={{ margin: '12px 0' }}>
        {way === 'agent' ? (
          <Targets ticketId={ticket.id} chosen={agentId} choose={setAgentId} />
        ) : (
          <QueueChoice ticket={ticket} chosen={queueId} choose={setQueueId} />
        )}
      </div>
      <Input.TextArea
        value={note}
        onChange={(event) => setNote(event.target.value)}
        rows={3}
        maxLength={10_000}
        placeholder={t('transfer.note')}
        aria-label={t('transfer.note')}
        data-testid="transfer-note"
      />
      <p className="muted small">{t(way === 'agent' ? 'transfer.agentHelp' : 'transfer.queueHelp')}</p>
    </Modal>
  );
}

interface TargetsProps {
  ticketId: string;
  chosen: string | undefined;
  choose: (id: string) => void;
}

function Targets({ ticketId, chosen, choose }: TargetsProps) {
  const { t } = useTranslation();
  const [q, setQ] = useState('');
  const targets = useQuery({
    queryKey: [...keys.transferTargets(ticketId), q],
    queryFn: ({ signal }) => api.transferTargets(ticketId, q, signal),
    placeholderData: (before) => before,
    refetchInterval: 5_000,
  });
  return (
    <>
      <Input.Search
        allowClear
        onChange={(event) => setQ(event.target.value)}
        placeholder={t('transfer.search')}
        aria-label={t('transfer.search')}
        searchIcon={<SearchOutlined aria-label={t('transfer.search')} />}
      />
      {targets.isPending && <Loading />}
      {targets.isError && !targets.data && <Failed error={targets.error} retry={() => void targets.refetch()} />}
      {targets.data?.length === 0 && <Alert type="info" title={t('transfer.nobody')} style={{ marginTop: 8 }} />}
      <Radio.Group
        className="transfer-list"
        style={{ display: 'block' }}
        value={chosen}
        onChange={(event) => choose(String(event.target.value))}
        aria-label={t('transfer.toAgent')}
      >
        {targets.data?.map((target) => (
          <Target key={target.agentId} target={target} />
        ))}
      </Radio.Group>
    </>
  );
}

function Target({ target }: { target: TransferTarget }) {
  const { t } = useTranslation();
  return (
    <Radio value={target.agentId} disabled={!target.free} data-testid="transfer-target">
      <span className="row">
        <span className={`dot dot-${target.presence}`} aria-hidden />
        {target.name}
        <span className="muted small tabular">
          {t(`presence.${target.presence}`)} · {target.load}/{target.capacity}
        </span>
        {target.free && <Tag color="green">{t('transfer.free')}</Tag>}
        {!target.inQueue && <Tag>{t('transfer.otherQueue')}</Tag>}
      </span>
    </Radio>
  );
}

interface QueueChoiceProps {
  ticket: Ticket;
  chosen: string | undefined;
  choose: (id: string) => void;
}

function QueueChoice({ ticket, chosen, choose }: QueueChoiceProps) {
  const { t } = useTranslation();
  const queues = useQuery({ queryKey: keys.queues, queryFn: ({ signal }) => api.queues(signal) });
  const options = (queues.data ?? [])
    .filter(({ id }) => id !== ticket.queueId || ticket.assigneeId !== null)
    .map(({ id, name, waiting }) => ({
      value: id,
      label: `${queueText(t, name)} · ${t('queues.waiting', { count: waiting })}`,
    }));
  return (
    <Select
      style={{ width: '100%' }}
      value={chosen ?? null}
      loading={queues.isPending}
      options={options}
      onChange={choose}
      showSearch={{ optionFilterProp: 'label' }}
      placeholder={t('transfer.chooseQueue')}
      aria-label={t('transfer.toQueue')}
      data-testid="transfer-queue"
    />
  );
}
