import { ArrowLeftOutlined, EditOutlined } from '@ant-design/icons';
import type { Wallboard } from '@patchbay/contracts';
import { keys } from '@patchbay/ui';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Select } from 'antd';
import { useEffect, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate, useParams } from 'react-router';
import { Loading } from '../feedback/states.tsx';
import { useLive } from '../live/live-context.ts';
import { api } from '../query-client.ts';
import { useMe } from '../session/use-me.ts';
import { ConnectionMark } from '../shell/connection-state.tsx';
import { mayVisit } from '../shell/places.tsx';
import { usePageTitle } from '../shell/page-title.ts';
import '../style/wallboard.css';
import { BoardScreen } from './board-screen.tsx';
import { ownBoard } from './own-board.ts';
import { useFigureDefinitions } from './use-figure-definitions.ts';

/** The centre at a glance, made to be read from across the room. What is new is told by the live connection alone. */
export function WallboardPage() {
  const { t } = useTranslation();
  usePageTitle(t('wallboard.title'));
  const { watch, connection, wallboardHeardAt } = useLive();
  useEffect(() => watch({ room: 'wallboard' }), [watch]);
  const snapshot = useQuery<Wallboard>({ queryKey: keys.wallboard, enabled: false, staleTime: Infinity });
  const definitions = useFigureDefinitions();
  const { board, boards } = useChosenBoard();
  const lostAt = useLostAt(connection === 'live', snapshot.dataUpdatedAt, wallboardHeardAt);
  if (!snapshot.data || !definitions.data || !board)
    return (
      <main className="wall wall-dark" data-testid="wallboard">
        <Loading />
        <ConnectionMark />
      </main>
    );
  return (
    <BoardScreen
      key={board.name}
      board={board}
      snapshot={snapshot.data}
      definitions={definitions.data}
      lostAt={lostAt}
      title={<BoardChoice name={board.name} boards={boards} />}
    />
  );
}

function useChosenBoard() {
  const { t } = useTranslation();
  const { boardId } = useParams();
  const saved = useQuery({
    queryKey: keys.wallboards,
    queryFn: ({ signal }) => api.wallboards(signal),
    refetchOnWindowFocus: false,
  });
  const own = useMemo(
    () => ownBoard({ name: t('wallboard.own'), now: t('wallboard.now'), today: t('wallboard.today') }),
    [t],
  );
  const boards = saved.data ?? [];
  const chosen = boards.find(({ id }) => id === boardId);
  return { boards, board: chosen ?? (boardId !== undefined && saved.isPending ? null : own) };
}

/** Up to when the figures held, until there are new ones; null while they do. */
function useLostAt(live: boolean, figuresAt: number, heardAt: () => number | null): number | null {
  const client = useQueryClient();
  const [lost, setLost] = useState<{ at: number; noticedAt: number } | null>(null);
  useEffect(() => {
    if (!live) setLost({ at: heardAt() ?? Date.now(), noticedAt: Date.now() });
  }, [live, heardAt]);
  // What was shown at an earlier visit is old, and nobody would see that it is.
  useEffect(() => () => client.removeQueries({ queryKey: keys.wallboard }), [client]);
  return lost !== null && (!live || figuresAt < lost.noticedAt) ? lost.at : null;
}

function BoardChoice({ name, boards }: { name: string; boards: readonly { id: string; name: string }[] }) {
  const { t } = useTranslation();
  const { role } = useMe();
  const navigate = useNavigate();
  const { boardId } = useParams();
  return (
    <>
      <Link to="/desk" className="wall-tool" aria-label={t('desk.back')}>
        <ArrowLeftOutlined aria-hidden />
      </Link>
      {boards.length === 0 ? (
        <span>{name}</span>
      ) : (
        <Select
          value={boards.some(({ id }) => id === boardId) ? boardId : ''}
          onChange={(id) => void navigate(id ? `/wallboard/${id}` : '/wallboard')}
          options={[
            { value: '', label: t('wallboard.own') },
            ...boards.map((one) => ({ value: one.id, label: one.name })),
          ]}
          aria-label={t('wallboard.choose')}
          className="wall-choice"
          data-testid="board-choice"
        />
      )}
      {mayVisit(role, { needs: 'manager' }) && (
        <Link to="/wallboards" className="wall-tool" aria-label={t('wallboard.edit')} data-testid="board-edit">
          <EditOutlined aria-hidden />
        </Link>
      )}
      <ConnectionMark />
    </>
  );
}
