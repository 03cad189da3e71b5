/** What a wallboard's tiles say of a snapshot. */
import type { BoardLayout, Figure, FigureTileLayout, TileThresholds, Wallboard } from '@patchbay/contracts';

export type Level = 'good' | 'warn' | 'bad';

export interface TileValue {
  value: number | null;
  unit: Figure['unit'];
}

/**
 * The figure with these dimensions. Where it is only kept by finer ones, their sum, or for a wait the longest; null where they cannot be put
 * together, and nothing counted is zero.
 */
export function valueOf(tile: Pick<FigureTileLayout, 'figure' | 'dimensions'>, figures: readonly Figure[]): TileValue {
  const ofKey = figures.filter((figure) => figure.key === tile.figure);
  const wanted = Object.entries(tile.dimensions);
  const found = ofKey.filter((figure) => wanted.every(([name, value]) => figure.dimensions[name] === value));
  const unit = ofKey[0]?.unit ?? 'count';
  const exact = found.find((figure) => Object.keys(figure.dimensions).length === wanted.length);
  if (exact) return { value: exact.value, unit };
  const values = found.flatMap(({ value }) => value ?? []);
  if (unit === 'count') return { value: values.reduce((sum, value) => sum + value, 0), unit };
  if (tile.figure === 'longest-wait') return { value: values.length > 0 ? Math.max(...values) : null, unit };
  return { value: null, unit };
}

/** Seconds that pass by themselves from the moment of the snapshot on. */
export function running(figure: string, value: number | null, elapsed: number): number | null {
  return figure === 'longest-wait' && value !== null ? value + Math.max(0, elapsed) : value;
}

export function levelOf({ worse, warn, bad }: TileThresholds, value: number | null): Level {
  if (value === null) return 'good';
  const reached = (limit: number | null) => limit !== null && (worse === 'above' ? value >= limit : value <= limit);
  return reached(bad) ? 'bad' : reached(warn) ? 'warn' : 'good';
}

/** What is over its limit now, each under a name of its own: tiles of all pages, and clocks where the wallboard has them. */
export function breaches(board: BoardLayout, snapshot: Wallboard, now: number): Set<string> {
  const elapsed = (now - Date.parse(snapshot.at)) / 1000;
  const tiles = board.pages.flatMap((page) => page.tiles);
  const bad = tiles.flatMap((tile) => {
    if (tile.kind !== 'figure') return [];
    const { value } = valueOf(tile, snapshot.figures);
    const level = levelOf(tile.thresholds, running(tile.figure, value, elapsed));
    return level === 'bad' ? [`figure ${tile.figure} ${JSON.stringify(tile.dimensions)}`] : [];
  });
  const late = tiles.some(({ kind }) => kind === 'clocks')
    ? snapshot.clocks.items.filter(({ dueAt }) => Date.parse(dueAt) <= now)
    : [];
  return new Set([...bad, ...late.map(({ ticket, kind, round }) => `clock ${ticket} ${kind} ${round}`)]);
}

/** A clock breaches once; a figure that was well in between is news again. Null: the first look, which is no news. */
export function nextBreaches(known: ReadonlySet<string> | null, present: ReadonlySet<string>) {
  const fresh = known === null ? [] : [...present].filter((name) => !known.has(name));
  const clocks = [...(known ?? [])].filter((name) => name.startsWith('clock ')).slice(-5_000);
  return { fresh, known: new Set([...clocks, ...present]) };
}
