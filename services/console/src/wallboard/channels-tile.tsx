import type { ChannelTile } from '@patchbay/contracts';
import { age, secondsSince } from '@patchbay/ui';
import type { CSSProperties, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useBoard } from './board-context.ts';
import { channelLines, type ChannelLine, type ChannelRest } from './channel-lines.ts';
import { valueText } from './figure-text.ts';

/** How each account of each channel is doing, as far as there is room. */
export function Channels({ room }: { room: number }) {
  const { t } = useTranslation();
  const { snapshot } = useBoard();
  const { shown, rest } = channelLines(snapshot.channels, room);
  return (
    <article
      role="table"
      aria-label={t('watch.channels')}
      className="wall-tile wall-list wall-list-channels"
      data-testid="board-channels"
      style={{ '--rows': room } as CSSProperties}
    >
      <header className="wall-label" role="rowgroup">
        <span className="wall-channel-line" role="row">
          <span role="columnheader">{t('watch.channels')}</span>
          <span role="columnheader" aria-label={t('watch.lastContact')}>
            {t('wallboard.channel.contact')}
          </span>
          <span role="columnheader">{t('wallboard.channel.waiting')}</span>
          <span role="columnheader">{t('wallboard.channel.delay')}</span>
          <span role="columnheader">{t('wallboard.channel.state')}</span>
        </span>
      </header>
      {shown.length === 0 && <p className="wall-empty">{t('wallboard.noChannels')}</p>}
      <ul role="rowgroup">
        {shown.map((line) => (
          <Channel key={`${line.tile.channel} ${line.tile.account}`} line={line} />
        ))}
        {rest && <Rest rest={rest} />}
      </ul>
    </article>
  );
}

function useFigures() {
  const { t, i18n } = useTranslation();
  const { now } = useBoard();
  const since = (at: string) => {
    const seconds = secondsSince(at, now);
    // Below a minute the figures are no newer than the snapshot.
    return seconds < 60 ? t('wallboard.channel.justNow') : age(seconds, i18n.language);
  };
  const contact = (at: string | null) => (at === null ? '–' : since(at));
  const count = (value: number) => valueText(value, 'count', i18n.language);
  const delay = (value: number | null) => (value === null ? '–' : age(value, i18n.language));
  return { t, since, contact, count, delay };
}

const Figure = ({ children }: { children: ReactNode }) => (
  <span role="cell" className="tabular">
    {children}
  </span>
);

function Channel({ line: { tile, told } }: { line: ChannelLine }) {
  const { t, contact, count, delay } = useFigures();
  return (
    <li
      role="row"
      className={`wall-row wall-channel is-${tile.state}${told ? ' is-told' : ''}`}
      data-testid="board-channel"
      data-account={tile.account}
      data-state={tile.state}
    >
      <span role="cell" className="wall-name">
        {useName(tile)}
      </span>
      <Figure>{contact(tile.lastContactAt)}</Figure>
      <Figure>{count(tile.backlog)}</Figure>
      <Figure>{delay(tile.delay)}</Figure>
      <strong role="cell">{t(`watch.state.${tile.state}`)}</strong>
      {told && <Matter tile={tile} />}
    </li>
  );
}

/** A mailbox's address and the name of a source say by themselves what they are. */
function useName({ channel, account, name }: ChannelTile): string {
  const { t } = useTranslation();
  if (name !== null) return name;
  if (account.includes('@')) return account;
  return account === channel ? t(`channel.${channel}`) : `${t(`channel.${channel}`)} ${account}`;
}

/** What the matter is, in few words: the reason, since when, what was lost and what is in quarantine. */
function Matter({ tile }: { tile: ChannelTile }) {
  const { t, since, count } = useFigures();
  const { state, reason, backlog, oldestAt, lastErrorAt, lost, quarantined } = tile;
  const parts = [
    state !== 'ok' && t(`wallboard.channel.why.${reason.code}`),
    lost > 0 && t('wallboard.channel.lost', { number: count(lost) }),
    quarantined > 0 && t('wallboard.channel.aside', { number: count(quarantined) }),
    lastErrorAt !== null && t('wallboard.channel.error', { age: since(lastErrorAt) }),
    lastErrorAt === null && backlog > 0 && oldestAt !== null && t('watch.oldest', { age: since(oldestAt) }),
  ];
  return (
    <span role="cell" aria-colspan={5} className="wall-matter" data-testid="board-matter">
      {parts.filter(Boolean).join(' · ')}
    </span>
  );
}

function Rest({ rest }: { rest: ChannelRest }) {
  const { t, contact, count, delay } = useFigures();
  const { well, off, unwell } = rest;
  const all = well + off + unwell;
  // Where not all are well there are more words, and who was in contact long ago may be one of those that are.
  const words =
    unwell > 0
      ? t('wallboard.channel.moreUnwell', { count: all, unwell })
      : off > 0
        ? t('wallboard.channel.moreOff', { count: all, off })
        : t('wallboard.more', { count: all });
  return (
    <li
      role="row"
      className={`wall-row wall-channel wall-channel-rest${unwell > 0 ? ' is-failing' : ''}`}
      data-testid="board-channels-rest"
    >
      <span
        role="cell"
        {...(all !== well && { 'aria-colspan': 2 })}
        className={`wall-name${all === well ? '' : ' is-wide'}`}
      >
        {words}
      </span>
      {all === well && <Figure>{contact(rest.lastContactAt)}</Figure>}
      <Figure>{count(rest.backlog)}</Figure>
      <Figure>{delay(rest.delay)}</Figure>
      <strong role="cell">{all === well && t('watch.state.ok')}</strong>
    </li>
  );
}
