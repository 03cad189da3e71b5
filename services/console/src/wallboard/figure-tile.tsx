import { QuestionCircleOutlined } from '@ant-design/icons';
import type { ChannelName, Figure, PresenceState } from '@patchbay/contracts';
import { duration, secondsSince, useNow } from '@patchbay/ui';
import { Tooltip } from 'antd';
import { useTranslation } from 'react-i18next';

interface TileProps {
  figure: Figure;
  label: string;
  large?: boolean;
  tone?: 'busy' | 'calm';
  /** The colour of an agent's state or of a channel before the label. */
  dot?: PresenceState | ChannelName | undefined;
  /** False where the heading explains all figures below it. */
  help?: boolean;
  /** When given, a duration runs on from the moment it was taken. */
  since?: string;
}

export function FigureTile({ figure, label, large = false, tone, dot, help = true, since }: TileProps) {
  const value = useShown(figure, since);
  return (
    <div
      className={`tile${large ? ' tile-large' : ''}${tone ? ` tile-${tone}` : ''}`}
      data-testid="figure"
      data-key={figure.key}
      data-dimensions={JSON.stringify(figure.dimensions)}
      data-value={figure.value ?? ''}
    >
      <span className="tile-value tabular">{value}</span>
      <span className="tile-label">
        {dot && <span className={`dot dot-${dot}`} aria-hidden />}
        {label}
        {help && <Help figure={figure} label={label} />}
      </span>
    </div>
  );
}

function useShown(figure: Figure, since: string | undefined): string {
  const { i18n } = useTranslation();
  const now = useNow();
  if (figure.value === null) return '–';
  if (figure.unit === 'seconds')
    return duration(figure.value + (since && figure.value > 0 ? secondsSince(since, now) : 0), i18n.language);
  const format = new Intl.NumberFormat(
    i18n.language,
    figure.unit === 'ratio' ? { style: 'percent', maximumFractionDigits: 1 } : {},
  );
  return format.format(figure.value);
}

/** How the figure is computed, in the hub's own words; opens by pointer and by keyboard. */
export function Help({ figure, label }: { figure: Figure | undefined; label: string }) {
  const { t } = useTranslation();
  if (!figure?.formula) return null;
  return (
    <Tooltip title={figure.formula} trigger={['hover', 'focus', 'click']}>
      <button
        type="button"
        className="tile-help"
        aria-label={`${t('wallboard.formula', { name: label })}: ${figure.formula}`}
      >
        <QuestionCircleOutlined aria-hidden />
      </button>
    </Tooltip>
  );
}
