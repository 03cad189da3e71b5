import { App, Button } from 'antd';
import type { HubEvent } from '@patchbay/contracts';
import { useRef, type RefObject } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { reasonText } from '../desk/reason-text.ts';
import { clockChime } from '../live/chime.ts';
import { useMe } from '../session/use-me.ts';
import { clockNotices, type ClockNotice } from './clock-notices.ts';

/** How long a warning stays; what is late stays until it is closed. Seconds. */
const warningStays = 12;
/** After a night many tickets are late at once: the newest are shown, and the list has them all. */
const mostShown = 4;

/** Shows warnings, lateness and escalations. The function is kept in a reference, so that a live connection need not be made anew. */
export function useClockNotices(): RefObject<(fresh: readonly HubEvent[]) => void> {
  const { t, i18n } = useTranslation();
  const { notification } = App.useApp();
  const navigate = useNavigate();
  const me = useMe();
  const shown = useRef<string[]>([]);
  const show = ({ ticketId, what, clock, reason }: ClockNotice) => {
    // The same ticket told again replaces what was told before.
    const key = `clock ${ticketId}`;
    const open = () => {
      notification.destroy(key);
      void navigate(`/desk/${ticketId}`);
    };
    shown.current = [...shown.current.filter((one) => one !== key), key];
    if (shown.current.length > mostShown) notification.destroy(shown.current.shift());
    notification[what === 'warned' ? 'warning' : 'error']({
      key,
      title: t(`clocks.${what}`),
      description: (
        <>
          <p data-testid="clock-notice" data-what={what}>
            {clock ? t(`clockKind.${clock}`) : reasonText(reason, i18n.resolvedLanguage)}
          </p>
          <Button type="link" size="small" onClick={open} data-testid="clock-notice-ticket">
            {t('clocks.toTicket')}
          </Button>
        </>
      ),
      duration: what === 'warned' ? warningStays : 0,
    });
  };
  const tell = useRef<(fresh: readonly HubEvent[]) => void>(() => undefined);
  tell.current = (fresh) => {
    const notices = clockNotices(fresh, me);
    notices.forEach(show);
    if (notices.length > 0) clockChime();
  };
  return tell;
}
