import { DisconnectOutlined, LoadingOutlined } from '@ant-design/icons';
import { useEffect, useState, useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import { useLive } from '../live/live-context.ts';

function subscribeOnline(listener: () => void): () => void {
  window.addEventListener('online', listener);
  window.addEventListener('offline', listener);
  return () => {
    window.removeEventListener('online', listener);
    window.removeEventListener('offline', listener);
  };
}

/** `offline`: the device has no network; `reconnecting`: it has, and the hub does not answer. */
function useConnection(): 'live' | 'connecting' | 'reconnecting' | 'offline' {
  const online = useSyncExternalStore(subscribeOnline, () => navigator.onLine);
  const { connection } = useLive();
  if (connection === 'live') return 'live';
  if (!online) return 'offline';
  return connection === 'connecting' ? 'connecting' : 'reconnecting';
}

/** The small word in the bar. */
export function ConnectionMark() {
  const { t } = useTranslation();
  const state = useConnection();
  return (
    <span
      className="connection"
      data-testid="connection-state"
      data-state={state}
      role="status"
      title={t(`connection.${state}Text`)}
    >
      <span
        className={`dot ${state === 'live' ? 'dot-online' : state === 'connecting' ? '' : 'dot-busy'}`}
        aria-hidden
      />
      <span className="connection-word">{t(`connection.${state}`)}</span>
    </span>
  );
}

/** The line across the page while what is on it may be out of date. A hiccup of a second does not deserve one. */
export function ConnectionAlert() {
  const { t } = useTranslation();
  const state = useConnection();
  const [shown, setShown] = useState(false);
  useEffect(() => {
    if (state === 'live') return setShown(false);
    const timer = setTimeout(() => setShown(true), state === 'connecting' ? 4_000 : 1_500);
    return () => clearTimeout(timer);
  }, [state]);
  if (!shown || state === 'live') return null;
  return (
    <div
      className={state === 'offline' ? 'connection-alert down' : 'connection-alert'}
      role="alert"
      data-testid="connection-alert"
    >
      {state === 'offline' ? <DisconnectOutlined aria-hidden /> : <LoadingOutlined aria-hidden />}
      {t(`connection.${state}Text`)}
    </div>
  );
}
