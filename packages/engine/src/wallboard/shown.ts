/** What a layout shows of a snapshot, and nothing else. */
import type { BoardDefinition, BoardLayout, BoardTile, Figure, Wallboard } from '@patchbay/contracts';
import { figureDefinitions, momentFigures } from '@patchbay/domain';

const queueTable = new Set(['waiting', 'longest-wait', 'service-level', 'answered', 'abandoned']);

const tilesOf = ({ pages }: BoardLayout): BoardTile[] => pages.flatMap(({ tiles }) => tiles);

function isShown(tile: BoardTile, figure: Figure): boolean {
  if (tile.kind === 'queues') return queueTable.has(figure.key) && figure.dimensions['queue'] !== undefined;
  if (tile.kind !== 'figure' || tile.figure !== figure.key) return false;
  return Object.entries(tile.dimensions).every(([name, value]) => figure.dimensions[name] === value);
}

export function shownOn(board: BoardLayout, snapshot: Wallboard): Wallboard {
  const tiles = tilesOf(board);
  const has = (kind: BoardTile['kind']) => tiles.some((tile) => tile.kind === kind);
  const withTrend = tiles.flatMap((tile) => (tile.kind === 'figure' && tile.trend ? [tile] : []));
  return {
    at: snapshot.at,
    timeZone: snapshot.timeZone,
    seq: snapshot.seq,
    figures: snapshot.figures.filter((figure) => tiles.some((tile) => isShown(tile, figure))),
    channels: has('channels') ? snapshot.channels : [],
    alerts: [],
    agents: has('agents') ? snapshot.agents : [],
    clocks: has('clocks') ? snapshot.clocks : { late: 0, items: [] },
    trends: snapshot.trends.filter(({ key, queue }) =>
      withTrend.some((tile) => tile.figure === key && (tile.dimensions.queue ?? null) === queue),
    ),
  };
}

const definitions: readonly BoardDefinition[] = [
  ...figureDefinitions.map(({ key, unit, title, formula, source }) => ({ key, unit, title, formula, source })),
  ...Object.entries(momentFigures).map(([key, { unit, title, en, zh }]) => ({
    key,
    unit,
    title,
    formula: { en, zh },
    source: 'ICMI glossary',
  })),
];

/** Of the figures that a layout shows. */
export function definitionsFor(board: BoardLayout): BoardDefinition[] {
  const tiles = tilesOf(board);
  const table = tiles.some(({ kind }) => kind === 'queues');
  const agents = tiles.some(({ kind }) => kind === 'agents');
  return definitions.filter(
    ({ key }) =>
      (table && queueTable.has(key)) ||
      (agents && key === 'agents') ||
      tiles.some((tile) => tile.kind === 'figure' && tile.figure === key),
  );
}
