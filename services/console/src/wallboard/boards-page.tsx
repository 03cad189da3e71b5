import { FundProjectionScreenOutlined, PlusOutlined } from '@ant-design/icons';
import type { BoardLayout, SavedBoard } from '@patchbay/contracts';
import { keys } from '@patchbay/ui';
import { useQuery } from '@tanstack/react-query';
import { Button, Popconfirm } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { PageHead } from '../admin/page-head.tsx';
import { Failed, Loading, Nothing } from '../feedback/states.tsx';
import { useAction } from '../feedback/use-action.ts';
import { api } from '../query-client.ts';
import '../style/wallboard.css';
import { BoardForm } from './board-form.tsx';
import { BoardLinks } from './board-links.tsx';
import { ownBoard } from './own-board.ts';

/** Wallboards as managers lay them out. */
export function BoardsPage() {
  const { t } = useTranslation();
  const [edited, setEdited] = useState<{ id: string | null; board: BoardLayout } | null>(null);
  const [linked, setLinked] = useState<SavedBoard | null>(null);
  const boards = useQuery({ queryKey: keys.wallboards, queryFn: ({ signal }) => api.wallboards(signal) });
  const own = () => ownBoard({ name: t('wallboard.own'), now: t('wallboard.now'), today: t('wallboard.today') });
  return (
    <div className="page" data-testid="boards-page">
      <PageHead text={t('wallboard.text')}>
        <Button
          type="primary"
          icon={<PlusOutlined />}
          onClick={() => setEdited({ id: null, board: { ...own(), name: '' } })}
          data-testid="board-new"
        >
          {t('wallboard.add')}
        </Button>
      </PageHead>
      {boards.isPending && <Loading />}
      {boards.isError && !boards.data && <Failed error={boards.error} retry={() => void boards.refetch()} />}
      {boards.data && (
        <div className="panel">
          {boards.data.length === 0 && (
            <Nothing
              icon={<FundProjectionScreenOutlined />}
              title={t('wallboard.none')}
              text={t('wallboard.noneText')}
            />
          )}
          {boards.data.map((board) => (
            <BoardRow
              key={board.id}
              board={board}
              edit={() => setEdited({ id: board.id, board })}
              copy={() =>
                setEdited({ id: null, board: { ...board, name: t('wallboard.copyName', { name: board.name }) } })
              }
              links={() => setLinked(board)}
            />
          ))}
        </div>
      )}
      {edited && <BoardForm {...edited} close={() => setEdited(null)} />}
      {linked && <BoardLinks board={linked} close={() => setLinked(null)} />}
    </div>
  );
}

interface BoardRowProps {
  board: SavedBoard;
  edit: () => void;
  copy: () => void;
  links: () => void;
}

function BoardRow({ board, edit, copy, links }: BoardRowProps) {
  const { t } = useTranslation();
  const remove = useAction(() => api.deleteWallboard(board.id), { stale: [keys.wallboards] });
  return (
    <article className="record" data-testid="board-row">
      <div className="record-head">
        <Link to={`/wallboard/${board.id}`} className="record-title grow" data-testid="board-open">
          {board.name}
        </Link>
        <span className="muted small">
          {t('wallboard.pages', { count: board.pages.length })}
          {board.rotateSeconds !== null && `, ${t('wallboard.rotates', { count: board.rotateSeconds })}`}
        </span>
      </div>
      <p className="muted small">{board.pages.map(({ name }) => name).join(' · ')}</p>
      <div className="record-actions">
        <Button onClick={edit} data-testid="board-change">
          {t('wallboard.change')}
        </Button>
        <Button onClick={links} data-testid="board-links">
          {t('wallboard.links.open')}
        </Button>
        <Button onClick={copy}>{t('wallboard.copy')}</Button>
        <Popconfirm title={t('wallboard.removeAsk')} onConfirm={() => remove.mutate(undefined)}>
          <Button danger loading={remove.isPending}>
            {t('wallboard.remove')}
          </Button>
        </Popconfirm>
      </div>
    </article>
  );
}
