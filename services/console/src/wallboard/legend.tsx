import type { BoardDefinition, BoardLayout } from '@patchbay/contracts';
import { Modal } from 'antd';
import { useTranslation } from 'react-i18next';
import { useReturnFocus } from '../feedback/use-return-focus.ts';
import { inLanguage } from './figure-text.ts';

interface LegendProps {
  board: BoardLayout;
  definitions: ReadonlyMap<string, BoardDefinition>;
  close: () => void;
}

/** What every figure of the wallboard is: its formula, unit and source. */
export function Legend({ board, definitions, close }: LegendProps) {
  const { t, i18n } = useTranslation();
  useReturnFocus();
  const keys = board.pages.flatMap(({ tiles }) =>
    tiles.flatMap((tile) => {
      if (tile.kind === 'figure') return [tile.figure];
      return tile.kind === 'queues'
        ? ['waiting', 'longest-wait', 'service-level']
        : tile.kind === 'agents'
          ? ['agents']
          : [];
    }),
  );
  const channels = board.pages.some(({ tiles }) => tiles.some(({ kind }) => kind === 'channels'));
  const shown = [...new Set(keys)].flatMap((key) => definitions.get(key) ?? []);
  return (
    <Modal open title={t('wallboard.legend')} onCancel={close} footer={null} width={860}>
      <dl className="wall-legend" data-testid="board-legend">
        {shown.map((definition) => (
          <div key={definition.key}>
            <dt>
              {inLanguage(definition.title, i18n.language)}{' '}
              <span className="muted">({t(`wallboard.unit.${definition.unit}`)})</span>
            </dt>
            <dd>
              {inLanguage(definition.formula, i18n.language)}
              <br />
              <span className="muted small">{t('wallboard.source', { source: definition.source })}</span>
            </dd>
          </div>
        ))}
        {channels && (
          <div>
            <dt>{t('watch.channels')}</dt>
            <dd>{t('wallboard.channel.about')}</dd>
          </div>
        )}
      </dl>
      <p className="muted small">{t('wallboard.keys')}</p>
    </Modal>
  );
}
