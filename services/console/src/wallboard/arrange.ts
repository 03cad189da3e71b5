import type { TileSize } from '@patchbay/contracts';

export interface Place {
  column: number;
  row: number;
  width: number;
  height: number;
}
export interface Arrangement {
  columns: number;
  rows: number;
  places: Place[];
}

const spans: Readonly<Record<TileSize, { width: number; height: number }>> = {
  small: { width: 1, height: 1 },
  wide: { width: 2, height: 1 },
  large: { width: 2, height: 2 },
};
/** Width to height that a small tile should have. */
const bestCell = 1.5;
const mostRows = 12;

/** A grid on which all tiles have room at once, in their order as far as it goes, with cells of a good shape for a screen of this aspect. */
export function arrange(sizes: readonly TileSize[], aspect = 16 / 9): Arrangement {
  let best: (Arrangement & { cost: number }) | null = null;
  for (let rows = 1; rows <= mostRows; rows += 1) {
    const fitting = narrowest(sizes, rows);
    const { columns } = fitting;
    const shape = Math.abs(Math.log((aspect * rows) / columns / bestCell));
    const cost = shape + emptyShare(fitting);
    if (!best || cost < best.cost) best = { ...fitting, cost };
  }
  const { columns, rows, places } = best ?? { columns: 1, rows: 1, places: [] };
  return { columns, rows, places };
}

function emptyShare({ columns, rows, places }: Arrangement): number {
  const taken = places.reduce((sum, { width, height }) => sum + width * height, 0);
  return 1 - taken / (columns * rows);
}

/** The fewest columns in which they fit; more rows are made where a tile is higher than them all. */
function narrowest(sizes: readonly TileSize[], wanted: number): Arrangement {
  const rows = Math.max(wanted, ...sizes.map((size) => spans[size].height));
  const area = sizes.reduce((sum, size) => sum + spans[size].width * spans[size].height, 0);
  for (let columns = Math.max(1, Math.ceil(area / rows), ...sizes.map((size) => spans[size].width)); ; columns += 1) {
    const places = placed(sizes, columns, rows);
    if (places) return { columns, rows, places };
  }
}

function placed(sizes: readonly TileSize[], columns: number, rows: number): Place[] | null {
  const taken = new Set<number>();
  const cellsOf = ({ column, row, width, height }: Place) =>
    Array.from({ length: width * height }, (_, n) => (row + Math.floor(n / width)) * columns + column + (n % width));
  const places: Place[] = [];
  for (const size of sizes) {
    const span = spans[size];
    const place = firstFree(columns, rows, span, (one) => cellsOf(one).every((cell) => !taken.has(cell)));
    if (!place) return null;
    for (const cell of cellsOf(place)) taken.add(cell);
    places.push(place);
  }
  return places;
}

function firstFree(
  columns: number,
  rows: number,
  span: { width: number; height: number },
  isFree: (place: Place) => boolean,
): Place | null {
  for (let row = 0; row + span.height <= rows; row += 1)
    for (let column = 0; column + span.width <= columns; column += 1) {
      const place = { column, row, ...span };
      if (isFree(place)) return place;
    }
  return null;
}

/** So many rows have room in a list; the last of them says how many more there are. */
export const roomOf = (size: TileSize): number => (size === 'large' ? 7 : 3);
