import type { BoardDefinition, Wallboard } from '@patchbay/contracts';
import { createContext, use } from 'react';

/** What the tiles of a wallboard read. */
export interface BoardView {
  snapshot: Wallboard;
  definitions: ReadonlyMap<string, BoardDefinition>;
  /** The present by the hub's clock, ms since the epoch; stands still while the figures do. */
  now: number;
}

export const BoardContext = createContext<BoardView | null>(null);

export function useBoard(): BoardView {
  const view = use(BoardContext);
  if (!view) throw new Error('useBoard is called outside of a wallboard');
  return view;
}
