/** Which accounts of channels a wallboard has room for, and what is said of the rest. */
import type { ChannelTile, HealthState } from '@patchbay/contracts';

const worstFirst: readonly HealthState[] = ['failing', 'silent', 'slow', 'ok', 'off'];

export interface ChannelLine {
  readonly tile: ChannelTile;
  /** Has a second line, which says what the matter is. */
  readonly told: boolean;
}

/** Accounts without a line of their own. */
export interface ChannelRest {
  readonly well: number;
  readonly off: number;
  readonly unwell: number;
  /** The one that was in contact longest ago; null where none ever was. */
  readonly lastContactAt: string | null;
  /** Of all of them. */
  readonly backlog: number;
  /** The longest, in seconds. */
  readonly delay: number | null;
}

export interface ChannelLines {
  readonly shown: readonly ChannelLine[];
  /** Null where every account is shown. */
  readonly rest: ChannelRest | null;
}

const isUnwell = ({ state }: ChannelTile): boolean => state !== 'ok' && state !== 'off';
const hasMore = (tile: ChannelTile): boolean => isUnwell(tile) || tile.quarantined > 0 || tile.lost > 0;

const contactOf = ({ lastContactAt }: ChannelTile): number =>
  lastContactAt === null ? Number.POSITIVE_INFINITY : Date.parse(lastContactAt);

/** The worst first: by state, by whether there is something to be said, by what waits, by how long ago the last contact was. */
function inOrder(a: ChannelTile, b: ChannelTile): number {
  return (
    worstFirst.indexOf(a.state) - worstFirst.indexOf(b.state) ||
    Number(hasMore(b)) - Number(hasMore(a)) ||
    b.backlog - a.backlog ||
    // Infinity less itself is no number.
    (contactOf(a) === contactOf(b) ? 0 : contactOf(a) - contactOf(b))
  );
}

/** @param room lines, of which the last is the rest's where there is one */
export function channelLines(tiles: readonly ChannelTile[], room: number): ChannelLines {
  const sorted = tiles.toSorted(inOrder);
  const shown: ChannelLine[] = [];
  let left = room;
  for (const [index, tile] of sorted.entries()) {
    const mine = left - (index < sorted.length - 1 ? 1 : 0);
    if (mine < 1) break;
    const told = hasMore(tile) && mine > 1;
    shown.push({ tile, told });
    left -= told ? 2 : 1;
  }
  const others = sorted.slice(shown.length);
  return { shown, rest: others.length === 0 ? null : restOf(others) };
}

function restOf(tiles: readonly ChannelTile[]): ChannelRest {
  const off = tiles.filter(({ state }) => state === 'off').length;
  const unwell = tiles.filter(isUnwell).length;
  const on = tiles.filter(({ state }) => state !== 'off');
  return {
    well: tiles.length - off - unwell,
    off,
    unwell,
    lastContactAt:
      on
        .map(({ lastContactAt }) => lastContactAt)
        .filter((at) => at !== null)
        .toSorted()[0] ?? null,
    backlog: tiles.reduce((sum, { backlog }) => sum + backlog, 0),
    delay: on.reduce<number | null>(
      (most, { delay }) => (delay === null ? most : Math.max(most ?? delay, delay)),
      null,
    ),
  };
}
