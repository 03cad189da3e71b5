import { MessageOutlined } from '@ant-design/icons';
import { useTranslation } from 'react-i18next';
import { useParams } from 'react-router';
import { Nothing } from '../feedback/states.tsx';
import '../style/desk.css';
import { Conversation } from './conversation.tsx';
import { TicketList } from './ticket-list.tsx';
import { narrow, useMedia } from './use-media.ts';

/** The agent's workplace: tickets, the open conversation, and who it is with. */
export function DeskPage() {
  const { t } = useTranslation();
  const { ticketId } = useParams();
  const single = useMedia(narrow);
  return (
    <div className="desk">
      {!(single && ticketId) && <TicketList openId={ticketId} />}
      {ticketId ? (
        <Conversation key={ticketId} ticketId={ticketId} />
      ) : (
        !single && (
          <section className="desk-empty">
            <Nothing icon={<MessageOutlined />} title={t('desk.pickTitle')} text={t('desk.pickText')} />
          </section>
        )
      )}
    </div>
  );
}
