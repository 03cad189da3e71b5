import { MessageOutlined } from '@ant-design/icons';
import { useTranslation } from 'react-i18next';
import { useParams } from 'react-router';
import { Nothing } from '../feedback/states.tsx';
import { isMac } from '../shell/is-mac.ts';
import { useShortcuts } from '../shell/use-shortcuts.ts';
import '../style/desk.css';
import { Conversation } from './conversation.tsx';
import { goToComposer, useGoToList } from './jumps.ts';
import { TicketList } from './ticket-list.tsx';
import { narrow, useMedia } from './use-media.ts';

/** The agent's workplace: tickets, the open conversation, and who it is with. Alt+R leads to the answer, Alt+L to the list. */
export function DeskPage() {
  const { t } = useTranslation();
  const { ticketId } = useParams();
  const single = useMedia(narrow);
  useShortcuts({ KeyR: goToComposer, KeyL: useGoToList(ticketId) });
  return (
    <div className="desk">
      {ticketId && (
        <button type="button" className="skip-link" onClick={goToComposer} data-testid="skip-to-composer">
          {t('desk.toComposer')} <kbd>{isMac ? '⌥' : 'Alt'} R</kbd>
        </button>
      )}
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
