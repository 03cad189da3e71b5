import { useQuery } from '@tanstack/react-query';
import { ArrowLeftOutlined, FullscreenOutlined } from '@ant-design/icons';
import { keys, secondsSince, useNow } from '@patchbay/ui';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { Failed, Loading } from '../feedback/states.tsx';
import { useLive } from '../live/live-context.ts';
import { api } from '../query-client.ts';
import { ConnectionMark } from '../shell/connection-state.tsx';
import { usePageTitle } from '../shell/page-title.ts';
import '../style/wallboard.css';
import { BoardSections } from './board-sections.tsx';

/** The centre at a glance, made to be read from across the room; every figure carries its formula. */
export function WallboardPage() {
  const { t } = useTranslation();
  usePageTitle(t('wallboard.title'));
  const { watch } = useLive();
  useEffect(() => watch({ room: 'wallboard' }), [watch]);
  // Pushed by the live connection; asked for as well, so that it goes on without one.
  const board = useQuery({
    queryKey: keys.wallboard,
    queryFn: ({ signal }) => api.wallboard(signal),
    refetchInterval: 15_000,
  });
  return (
    <main className="board" data-testid="wallboard">
      <BoardHead at={board.data?.at} timeZone={board.data?.timeZone} />
      {board.isPending && <Loading />}
      {board.isError && !board.data && <Failed error={board.error} retry={() => void board.refetch()} />}
      {board.data && <BoardSections board={board.data} />}
    </main>
  );
}

function BoardHead({ at, timeZone }: { at: string | undefined; timeZone: string | undefined }) {
  const { t, i18n } = useTranslation();
  const now = useNow();
  const clock = new Intl.DateTimeFormat(i18n.language, {
    hour: '2-digit',
    minute: '2-digit',
    hour12: false,
    ...(timeZone ? { timeZone } : {}),
  });
  // A board that stands still must say so: nobody notices from across the room.
  const late = at !== undefined && secondsSince(at, now) > 60;
  return (
    <header className="board-head">
      <Link to="/desk" className="board-link" aria-label={t('desk.back')}>
        <ArrowLeftOutlined aria-hidden />
      </Link>
      <h1>{t('wallboard.title')}</h1>
      <div className="grow" />
      {late && <span className="board-late">{t('wallboard.late', { time: clock.format(new Date(at)) })}</span>}
      <ConnectionMark />
      <span className="board-clock tabular">{clock.format(now)}</span>
      <button
        type="button"
        className="board-link"
        aria-label={t('wallboard.fullScreen')}
        onClick={() => void document.documentElement.requestFullscreen?.()}
      >
        <FullscreenOutlined aria-hidden />
      </button>
    </header>
  );
}
