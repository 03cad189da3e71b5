import type { FigureTileLayout } from '@patchbay/contracts';
import { Tooltip } from 'antd';
import type { CSSProperties } from 'react';
import { useTranslation } from 'react-i18next';
import { useBoard } from './board-context.ts';
import { levelOf, running, valueOf } from './board-values.ts';
import { dimensionText, inLanguage, titleOf, valueText } from './figure-text.ts';
import { Sparkline } from './sparkline.tsx';

/** A figure, large, with what it is and how it stands; how it is computed is said on hover and focus. */
export function FigureTile({ tile }: { tile: FigureTileLayout }) {
  const { t, i18n } = useTranslation();
  const { snapshot, definitions, now } = useBoard();
  const found = valueOf(tile, snapshot.figures);
  const value = running(tile.figure, found.value, (now - Date.parse(snapshot.at)) / 1000);
  const definition = definitions.get(tile.figure);
  const unit = definition?.unit ?? found.unit;
  const level = levelOf(tile.thresholds, value);
  const text = valueText(value, unit, i18n.language);
  const label = titleOf(definition, tile.figure, i18n.language);
  const of = dimensionText(t, tile.dimensions);
  const points = tile.trend ? pointsOf(tile, snapshot.trends) : undefined;
  const formula = definition && `${inLanguage(definition.formula, i18n.language)} (${t(`wallboard.unit.${unit}`)})`;
  return (
    <Tooltip title={formula} trigger={['hover', 'focus']}>
      <article
        className={`wall-tile wall-figure is-${level}`}
        // Keyboards reach what pointers hover over.
        tabIndex={0}
        aria-label={`${label}${of && `, ${of}`}: ${text}${level === 'good' ? '' : `, ${t(`wallboard.level.${level}`)}`}${formula ? `. ${formula}` : ''}`}
        data-testid="figure"
        data-key={tile.figure}
        data-dimensions={JSON.stringify(tile.dimensions)}
        data-value={found.value ?? ''}
        data-level={level}
      >
        <span className="wall-label">
          {level !== 'good' && <span aria-hidden>{level === 'bad' ? '▲ ' : '△ '}</span>}
          {label}
          {of && <strong> {of}</strong>}
        </span>
        <span className="wall-value tabular" style={{ '--chars': Math.max(3, widthOf(text)) } as CSSProperties}>
          {text}
        </span>
        {points && <Sparkline points={points} label={t('wallboard.trend')} />}
      </article>
    </Tooltip>
  );
}

/** In digits; Chinese letters are as wide as two, and a percent sign and an m as one and a half. */
const widthOf = (text: string): number =>
  [...text].reduce((sum, letter) => sum + (letter > '\u2E80' ? 1.9 : '%m'.includes(letter) ? 1.5 : 1), 0);

function pointsOf(tile: FigureTileLayout, trends: ReturnType<typeof useBoard>['snapshot']['trends']) {
  if (tile.dimensions.channel || tile.dimensions.state || tile.dimensions.age) return undefined;
  const queue = tile.dimensions.queue ?? null;
  return trends.find((trend) => trend.key === tile.figure && trend.queue === queue)?.points;
}
