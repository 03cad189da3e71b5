import { StopOutlined } from '@ant-design/icons';
import { openTelevision, type Television } from '@patchbay/ui';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Loading, Nothing } from '../feedback/states.tsx';
import { usePageTitle } from '../shell/page-title.ts';
import '../style/wallboard.css';
import { BoardScreen } from './board-screen.tsx';

const nothingYet: Television = { state: 'connecting', board: null, snapshot: null, lostAt: null, ahead: 0 };

/** A wallboard by its link alone. The secret stands behind the `#` and goes to the hub's socket only. */
export function TvPage() {
  const { t } = useTranslation();
  usePageTitle(t('wallboard.title'));
  const [secret] = useState(() => location.hash.slice(1));
  const [television, setTelevision] = useState(nothingYet);
  useEffect(() => openTelevision(secret, setTelevision), [secret]);
  const { state, board, snapshot, lostAt, ahead } = television;
  if (state === 'over')
    return (
      <main className="wall wall-dark" data-testid="tv-over">
        <Nothing icon={<StopOutlined />} title={t('wallboard.over')} text={t('wallboard.overText')} />
      </main>
    );
  if (!board || !snapshot)
    return (
      <main className="wall wall-dark" data-testid="tv-connecting">
        <Loading />
      </main>
    );
  return (
    <BoardScreen
      board={board.board}
      snapshot={snapshot}
      definitions={board.definitions}
      lostAt={lostAt}
      ahead={ahead}
      title={<span data-testid="tv-name">{board.board.name}</span>}
    />
  );
}
