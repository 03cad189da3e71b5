import type { BoardDefinition, BoardLayout, BoardPage, Wallboard } from '@patchbay/contracts';
import { clock, useNow } from '@patchbay/ui';
import { useEffect, useMemo, useState, type CSSProperties, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import '../style/wallboard.css';
import { arrange } from './arrange.ts';
import { BoardContext } from './board-context.ts';
import { BoardHead, fullScreen } from './board-head.tsx';
import { FigureTile } from './figure-tile.tsx';
import { Legend } from './legend.tsx';
import { ListTile } from './list-tiles.tsx';
import { useBreachSound } from './use-breach-sound.ts';
import { usePages } from './use-pages.ts';

interface BoardScreenProps {
  board: BoardLayout;
  snapshot: Wallboard;
  definitions: readonly BoardDefinition[];
  /** Up to when what is shown held, ms since the epoch; null while it does. */
  lostAt: number | null;
  /** So much this device's clock is ahead of the hub's, ms. */
  ahead?: number;
  title: ReactNode;
}

const themeStore = 'patchbay.board-theme';

/** A wallboard, filling the screen; without scrolling wherever it lies wide. */
export function BoardScreen({ board, snapshot, definitions, lostAt, ahead = 0, title }: BoardScreenProps) {
  const { i18n } = useTranslation();
  // What is old does not run on: seconds that count would look new.
  const now = (useNow() && (lostAt ?? Date.now())) - ahead;
  const [theme, setTheme] = useState(() => localStorage.getItem(themeStore) ?? board.theme);
  const [legend, setLegend] = useState(false);
  const { page, turn, held, hold } = usePages(board.pages.length, board.rotateSeconds);
  const { sound, toggle, count } = useBreachSound(board, snapshot, now, lostAt !== null);
  const byKey = useMemo(() => new Map(definitions.map((one) => [one.key, one])), [definitions]);
  const shown = board.pages[page];
  const time = new Intl.DateTimeFormat(i18n.language, {
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    timeZone: snapshot.timeZone,
  });
  const toggleTheme = () => {
    const next = theme === 'dark' ? 'light' : 'dark';
    localStorage.setItem(themeStore, next);
    setTheme(next);
  };
  useKeys({
    ' ': () => hold(!held),
    ArrowRight: () => turn(1),
    ArrowLeft: () => turn(-1),
    f: fullScreen,
    s: () => void toggle(),
    t: toggleTheme,
    '?': () => setLegend(true),
  });
  const view = useMemo(() => ({ snapshot, definitions: byKey, now }), [snapshot, byKey, now]);
  return (
    <main
      className={`wall wall-${theme}${lostAt === null ? '' : ' is-old'}`}
      data-testid="wallboard"
      data-seq={snapshot.seq}
      data-sounds={count}
    >
      <BoardHead
        title={title}
        page={shown?.name ?? ''}
        pages={board.pages.length}
        turn={turn}
        held={board.rotateSeconds !== null && board.pages.length > 1 ? held : null}
        hold={() => hold(!held)}
        sound={sound}
        toggleSound={() => void toggle()}
        toggleTheme={toggleTheme}
        showLegend={() => setLegend(true)}
        clock={time.format(Date.now() - ahead)}
        old={
          lostAt === null
            ? null
            : {
                since: new Intl.DateTimeFormat(i18n.language, {
                  timeStyle: 'medium',
                  hourCycle: 'h23',
                  timeZone: snapshot.timeZone,
                }).format(lostAt - ahead),
                age: clock(Math.max(0, Math.floor((Date.now() - lostAt) / 1000))),
              }
        }
      />
      <BoardContext value={view}>{shown && <Tiles page={shown} />}</BoardContext>
      {legend && <Legend board={board} definitions={byKey} close={() => setLegend(false)} />}
    </main>
  );
}

function Tiles({ page }: { page: BoardPage }) {
  const { columns, rows, places } = useMemo(() => arrange(page.tiles.map(({ size }) => size)), [page]);
  return (
    <div className="wall-grid" style={{ '--columns': columns, '--rows': rows } as CSSProperties}>
      {page.tiles.map((tile, index) => {
        const place = places[index];
        if (!place) return null;
        const { column, row, width, height } = place;
        return (
          <div
            // Tiles have no names; two may be alike.
            key={index}
            className={`wall-cell wall-${tile.size}`}
            style={{ gridColumn: `${column + 1} / span ${width}`, gridRow: `${row + 1} / span ${height}` }}
          >
            {tile.kind === 'figure' ? <FigureTile tile={tile} /> : <ListTile tile={tile} />}
          </div>
        );
      })}
    </div>
  );
}

/** Keys of the whole page, but not while something is written or chosen, nor those that press a button. */
function useKeys(actions: Readonly<Record<string, () => void>>): void {
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || !(event.target instanceof HTMLElement)) return;
      if (event.target.closest('input, textarea, select, [role=combobox], [role=dialog]')) return;
      if (event.key === ' ' && event.target.closest('button, a')) return;
      const act = actions[event.key.length === 1 ? event.key.toLowerCase() : event.key];
      if (!act) return;
      event.preventDefault();
      act();
    };
    window.addEventListener('keydown', press);
    return () => window.removeEventListener('keydown', press);
  });
}
