import { UnorderedListOutlined } from '@ant-design/icons';
import type { ReportTicket } from '@patchbay/contracts';
import { keys, momentIn, type ReportAddress } from '@patchbay/ui';
import { Drawer } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { PagedList } from '../admin/paged-list.tsx';
import { ChannelTag } from '../desk/channel-tag.tsx';
import { subjectText } from '../desk/given-names.ts';
import { StatusTag } from '../desk/status-tag.tsx';
import { Nothing } from '../feedback/states.tsx';
import { useReturnFocus } from '../feedback/use-return-focus.ts';
import { api } from '../query-client.ts';
import { useAgents } from '../queues/use-lists.ts';
import { figureText } from './figure-text.ts';

interface TicketsDrawerProps {
  tickets: ReportAddress;
  title: string;
  timeZone: string;
  close: () => void;
}

/** The tickets that were counted, each as often as it was. */
export function TicketsDrawer({ tickets, title, timeZone, close }: TicketsDrawerProps) {
  const { t } = useTranslation();
  useReturnFocus();
  return (
    <Drawer open title={title} size={Math.min(640, window.innerWidth)} onClose={close} data-testid="report-tickets">
      <p className="muted small">{t('report.ticketsHelp', { timeZone })}</p>
      <PagedList
        queryKey={keys.reportTickets(tickets)}
        read={(cursor, signal) => api.reportTickets(tickets, cursor, signal)}
        empty={<Nothing icon={<UnorderedListOutlined />} title={t('report.noTickets')} />}
        row={(one) => <TicketLine key={`${one.ticketId} ${one.fact} ${one.at}`} entry={one} timeZone={timeZone} />}
      />
    </Drawer>
  );
}

function TicketLine({ entry, timeZone }: { entry: ReportTicket; timeZone: string }) {
  const { t, i18n } = useTranslation();
  const agents = useAgents();
  const agent = entry.agentId && (agents.find(({ id }) => id === entry.agentId)?.name ?? entry.agentId);
  return (
    <article className="record" data-testid="report-ticket">
      <div className="record-head">
        <Link className="record-title grow" to={`/desk/${entry.ticketId}?tab=all`}>
          #{entry.number} {subjectText(t, entry.subject)}
        </Link>
        <StatusTag status={entry.status} />
      </div>
      <p className="row wrap small muted">
        <ChannelTag channel={entry.channel} />
        <span>{t(`report.fact.${entry.fact as 'opened'}`)}</span>
        {entry.seconds !== null && (
          <span className="tabular">{figureText(entry.seconds, 'seconds', i18n.language)}</span>
        )}
        <span>{momentIn(entry.at, timeZone, i18n.language)}</span>
        {agent && <span>{agent}</span>}
      </p>
    </article>
  );
}
