import type { ChannelTile } from '@patchbay/contracts';
import { duration } from '@patchbay/ui';
import { useTranslation } from 'react-i18next';
import { useAccountName } from '../shell/use-account-name.ts';
import '../style/health.css';

/** How each account is doing: its state by colour and word, what waits, and how long it takes. */
export function ChannelTiles({ tiles }: { tiles: readonly ChannelTile[] }) {
  const { t, i18n } = useTranslation();
  const nameOf = useAccountName();
  if (tiles.length === 0) return null;
  return (
    <section className="board-section board-wide" aria-label={t('watch.channels')} data-testid="board-channels">
      <h2>{t('watch.channels')}</h2>
      <div className="board-channels">
        {tiles.map((tile) => (
          <div
            key={`${tile.channel} ${tile.account}`}
            className={`board-channel health-${tile.state}`}
            title={t(`watch.reason.${tile.reason.code}`)}
          >
            <span className="board-name">
              {t(`channel.${tile.channel}`)} {tile.account !== tile.channel && nameOf(tile.account)}
            </span>
            <span className="health-word">{t(`watch.state.${tile.state}`)}</span>
            <span className="tile-label tabular">
              {tile.backlog} {t('watch.backlog')} · {tile.delay === null ? '–' : duration(tile.delay, i18n.language)}{' '}
              {t('watch.delay')}
            </span>
          </div>
        ))}
      </div>
    </section>
  );
}
