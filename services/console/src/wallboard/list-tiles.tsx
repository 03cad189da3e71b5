import { presenceState, type BoardTile, type PresenceState } from '@patchbay/contracts';
import { clock, secondsSince } from '@patchbay/ui';
import { Tooltip } from 'antd';
import type { CSSProperties, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { queueText } from '../desk/given-names.ts';
import { useBoard } from './board-context.ts';
import { running } from './board-values.ts';
import { Channels } from './channels-tile.tsx';
import { roomOf } from './arrange.ts';
import { inLanguage, titleOf, valueText } from './figure-text.ts';

type ListTileLayout = Exclude<BoardTile, { kind: 'figure' }>;

export function ListTile({ tile }: { tile: ListTileLayout }) {
  const room = roomOf(tile.size);
  switch (tile.kind) {
    case 'queues':
      return <Queues room={room} />;
    case 'agents':
      return <Agents room={tile.size === 'small' ? room : room * 2} columns={tile.size === 'small' ? 1 : 2} />;
    case 'channels':
      return <Channels room={room} />;
    case 'clocks':
      return <Clocks room={room} />;
  }
}

interface RowsProps<T> {
  kind: ListTileLayout['kind'];
  heading: ReactNode;
  items: readonly T[];
  room: number;
  columns?: number;
  empty: string;
  row: (item: T) => ReactNode;
}

function Rows<T>({ kind, heading, items, room, columns = 1, empty, row }: RowsProps<T>) {
  const { t } = useTranslation();
  const shown = items.length > room ? items.slice(0, room - 1) : items;
  const style = { '--rows': Math.ceil(room / columns), '--columns': columns } as CSSProperties;
  return (
    <article className={`wall-tile wall-list wall-list-${kind}`} data-testid={`board-${kind}`} style={style}>
      <header className="wall-label">{heading}</header>
      {items.length === 0 && <p className="wall-empty">{empty}</p>}
      <ul>
        {shown.map(row)}
        {items.length > shown.length && (
          <li className="wall-row">{t('wallboard.more', { count: items.length - shown.length })}</li>
        )}
      </ul>
    </article>
  );
}

function useFormula(key: string): { title: string; formula: string | undefined } {
  const { t, i18n } = useTranslation();
  const definition = useBoard().definitions.get(key);
  const formula =
    definition && `${inLanguage(definition.formula, i18n.language)} (${t(`wallboard.unit.${definition.unit}`)})`;
  return { title: titleOf(definition, key, i18n.language), formula };
}

/** The head of a column, which says how its figure is computed. */
function Head({ of }: { of: string }) {
  const { title, formula } = useFormula(of);
  return (
    <Tooltip title={formula} trigger={['hover', 'focus']}>
      <span tabIndex={0} aria-label={formula ? `${title}: ${formula}` : title}>
        {title}
      </span>
    </Tooltip>
  );
}

function Queues({ room }: { room: number }) {
  const { t, i18n } = useTranslation();
  const { snapshot, now } = useBoard();
  const of = (key: string, queue: string) =>
    snapshot.figures.find((figure) => figure.key === key && figure.dimensions['queue'] === queue)?.value ?? null;
  const names = snapshot.figures.flatMap(({ key, dimensions }) =>
    key === 'waiting' ? (dimensions['queue'] ?? []) : [],
  );
  // The queues that wait longest are the ones to be seen where not all have room.
  const queues = names
    .map((name) => ({ name, waiting: of('waiting', name), longest: of('longest-wait', name) }))
    .toSorted((a, b) => (names.length > room ? (b.longest ?? -1) - (a.longest ?? -1) : 0));
  const elapsed = secondsSince(snapshot.at, now);
  return (
    <Rows
      kind="queues"
      room={room}
      items={queues}
      empty={t('wallboard.noQueues')}
      heading={
        <span className="wall-queue">
          <span>{t('wallboard.queue')}</span>
          <Head of="waiting" />
          <Head of="longest-wait" />
          <Head of="service-level" />
        </span>
      }
      row={({ name, waiting, longest }) => (
        <li key={name} className="wall-row wall-queue tabular" data-testid="board-queue" data-waiting={waiting ?? ''}>
          <span className="wall-name">{queueText(t, name)}</span>
          <strong>{valueText(waiting, 'count', i18n.language)}</strong>
          <span>{longest === null ? '–' : clock(running('longest-wait', longest, elapsed) ?? 0)}</span>
          <span>{valueText(of('service-level', name), 'ratio', i18n.language)}</span>
        </li>
      )}
    />
  );
}

/** Those whom customers wait for come first. */
const order: readonly PresenceState[] = ['online', 'busy', 'wrap-up', 'away', 'offline'];

function Agents({ room, columns }: { room: number; columns: number }) {
  const { t } = useTranslation();
  const { snapshot, now } = useBoard();
  const agents = snapshot.agents.toSorted((a, b) => order.indexOf(a.state) - order.indexOf(b.state));
  const counts = presenceState.options.map((state) => ({
    state,
    count: agents.filter((agent) => agent.state === state).length,
  }));
  return (
    <Rows
      kind="agents"
      room={room}
      columns={columns}
      items={agents}
      empty={t('wallboard.noAgents')}
      heading={
        <>
          <Head of="agents" />
          {counts
            .filter(({ count }) => count > 0)
            .map(({ state, count }) => (
              <span key={state} className="wall-count" title={t(`presence.${state}`)}>
                <span className={`dot dot-${state}`} aria-hidden /> {count} {t(`presence.${state}`)}
              </span>
            ))}
        </>
      }
      row={({ name, state, since }) => (
        <li key={`${name} ${since}`} className="wall-row" data-testid="board-agent" data-state={state}>
          <span className={`dot dot-${state}`} role="img" aria-label={t(`presence.${state}`)} />
          <span className="wall-name">{name}</span>
          <span className="tabular">{clock(secondsSince(since, now))}</span>
        </li>
      )}
    />
  );
}

function Clocks({ room }: { room: number }) {
  const { t } = useTranslation();
  const { snapshot, now } = useBoard();
  const { items } = snapshot.clocks;
  const isLate = ({ dueAt }: { dueAt: string }) => Date.parse(dueAt) <= now;
  const late = items.filter(isLate);
  const next = items.filter((one) => !isLate(one));
  // What is late has a number; what can still be saved has the room.
  const shown = [...next, ...late.toReversed()].slice(0, room);
  const lateBefore = snapshot.clocks.late - items.filter(({ dueAt }) => dueAt <= snapshot.at).length;
  const count = Math.max(0, lateBefore) + late.length;
  return (
    <Rows
      kind="clocks"
      room={room}
      items={shown}
      empty={t('wallboard.noClocks')}
      heading={
        <>
          {t('wallboard.clocks')}
          {count > 0 && (
            <span className="wall-count is-bad" data-testid="board-late">
              ▲ {t('wallboard.lateClocks', { count })}
            </span>
          )}
        </>
      }
      row={(one) => {
        const left = (Date.parse(one.dueAt) - now) / 1000;
        return (
          <li key={`${one.ticket} ${one.kind} ${one.round}`} className={`wall-row${left <= 0 ? ' is-late' : ''}`}>
            <strong className="tabular">#{one.ticket}</strong>
            <span className="wall-name">
              {t(`clockKind.${one.kind}`)}
              {one.queue && ` · ${queueText(t, one.queue)}`}
            </span>
            <span className="tabular">{left <= 0 ? `+${clock(-left)}` : clock(left)}</span>
          </li>
        );
      }}
    />
  );
}
