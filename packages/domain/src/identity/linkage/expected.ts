/** What one person's records are expected to look like before any are seen. */
import { fields, type FieldKind } from '../score/fields.ts';
import { normalised } from './fit.ts';

export function expectedLevels(kind: FieldKind): number[] {
  const { levels } = fields[kind];
  const last = levels.length - 1;
  if (kind === 'text' || kind === 'organisation') return normalised(levels.map((_, level) => 0.6 ** level));
  return normalised(levels.map((_, level) => (level === 0 ? 0.8 : level === last ? 0.08 : 0.12 / (last - 1))));
}
