import {
  channelName,
  presenceState,
  type BoardDefinition,
  type Figure,
  type FigureTileLayout,
} from '@patchbay/contracts';
import { duration } from '@patchbay/ui';
import type { TFunction } from 'i18next';
import { queueText } from '../desk/given-names.ts';

export function valueText(value: number | null, unit: Figure['unit'], language: string): string {
  if (value === null) return '–';
  if (unit === 'seconds') return duration(value, language);
  const style = unit === 'ratio' ? ({ style: 'percent', maximumFractionDigits: 1 } as const) : {};
  return new Intl.NumberFormat(language, style).format(value);
}

const wordsIn = (language: string): 'en' | 'zh' => (language.startsWith('zh') ? 'zh' : 'en');
export const inLanguage = (words: { en: string; zh: string }, language: string): string => words[wordsIn(language)];

/** Of what a tile is, beyond its figure; empty where it is the whole centre's. */
export function dimensionText(t: TFunction, { queue, channel, state, age }: FigureTileLayout['dimensions']): string {
  const known = [
    queue && queueText(t, queue),
    channel && channelName.options.includes(channel) && t(`channel.${channel}`),
    state && presenceState.options.includes(state) && t(`presence.${state}`),
    age,
  ];
  return known.filter(Boolean).join(' · ');
}

export const titleOf = (definition: BoardDefinition | undefined, key: string, language: string): string =>
  definition ? inLanguage(definition.title, language) : key.replaceAll('-', ' ');
