/** Wallboards: what hangs on the wall, how it is laid out, and the links by which a television opens one without a login. */
import { z } from 'zod';
import { channelName, presenceState, timestamp } from './glossary.ts';
import { clockKind } from './service-targets.ts';

const key = z.string().regex(/^[a-z0-9-]{1,60}$/);

/** Columns and rows of a tile: small 1×1, wide 2×1, large 2×2. */
export const tileSize = z.enum(['small', 'wide', 'large']);
export type TileSize = z.infer<typeof tileSize>;

/** From which value on a figure is a warning, or bad; in the unit of the figure. Null: never. */
export const tileThresholds = z
  .object({ worse: z.enum(['above', 'below']), warn: z.number().nullable(), bad: z.number().nullable() })
  .refine(
    ({ worse, warn, bad }) => warn === null || bad === null || (worse === 'above' ? warn <= bad : warn >= bad),
    'The warning comes before what is bad',
  );
export type TileThresholds = z.infer<typeof tileThresholds>;

const figureTile = z.object({
  kind: z.literal('figure'),
  size: tileSize,
  figure: key,
  /** Of which queue, channel, state or age; what is left out is the whole centre's, or the sum of all. */
  dimensions: z
    .object({
      queue: z.string().min(1).max(100),
      channel: channelName,
      state: presenceState,
      age: z.string().min(1).max(40),
    })
    .partial(),
  thresholds: tileThresholds,
  /** With the course of the last hours, where it is kept. */
  trend: z.boolean(),
});
export type FigureTileLayout = z.infer<typeof figureTile>;
const listTile = z.object({ kind: z.enum(['queues', 'agents', 'channels', 'clocks']), size: tileSize });
export const boardTile = z.discriminatedUnion('kind', [figureTile, listTile]);
export type BoardTile = z.infer<typeof boardTile>;

export const boardPage = z.object({
  name: z.string().trim().min(1).max(60),
  tiles: z.array(boardTile).min(1).max(24),
});
export type BoardPage = z.infer<typeof boardPage>;

export const boardLayout = z.object({
  name: z.string().trim().min(1).max(100),
  theme: z.enum(['dark', 'light']),
  /** How long a page stays before the next one comes. Seconds; null: until somebody turns it. */
  rotateSeconds: z.int().min(5).max(3600).nullable(),
  pages: z.array(boardPage).min(1).max(10),
});
export type BoardLayout = z.infer<typeof boardLayout>;

export const savedBoard = boardLayout.extend({ id: z.uuid(), createdAt: timestamp, updatedAt: timestamp });
export type SavedBoard = z.infer<typeof savedBoard>;

export const boardLinkWrite = z.object({
  /** Where it hangs. */
  name: z.string().trim().min(1).max(100),
  expiresAt: timestamp,
});
export type BoardLinkWrite = z.infer<typeof boardLinkWrite>;
export const boardLink = boardLinkWrite.extend({ id: z.uuid(), wallboardId: z.uuid(), createdAt: timestamp });
export type BoardLink = z.infer<typeof boardLink>;
/** Told once. The secret is behind the `#`, which browsers send to nobody. */
export const boardLinkWithUrl = boardLink.extend({ url: z.string() });
export type BoardLinkWithUrl = z.infer<typeof boardLinkWithUrl>;

// --- What is shown -----------------------------------------------------------------------------------------------

export const boardAgent = z.object({ name: z.string(), state: presenceState, since: timestamp });
export type BoardAgent = z.infer<typeof boardAgent>;

/** A clock that runs: of which ticket, by its number alone. */
export const boardClock = z.object({
  ticket: z.int(),
  queue: z.string().nullable(),
  kind: clockKind,
  round: z.int(),
  dueAt: timestamp,
});
export type BoardClock = z.infer<typeof boardClock>;
/** `late`: how many are over their time, counted up to 1,000. `items`: those just over it, and those next. */
export const boardClocks = z.object({ late: z.int(), items: z.array(boardClock) });

/** One value for each of the last hours of the centre's clock, the present one last; null where there is nothing to compute it from. */
export const boardTrend = z.object({
  key: z.string(),
  queue: z.string().nullable(),
  points: z.array(z.number().nullable()),
});
export type BoardTrend = z.infer<typeof boardTrend>;

/** Says of a figure how it is computed. */
const boardWords = z.object({ en: z.string(), zh: z.string() });
export const boardDefinition = z.object({
  key: z.string(),
  unit: z.enum(['count', 'seconds', 'ratio']),
  title: boardWords,
  formula: boardWords,
  source: z.string(),
});
export type BoardDefinition = z.infer<typeof boardDefinition>;

/** Sent as `board` to a television: what it shows, and what its figures mean. */
export const tvBoard = z.object({
  board: boardLayout,
  definitions: z.array(boardDefinition),
  /** By the hub's clock: that of a television may be wrong. */
  now: timestamp,
});
export type TvBoard = z.infer<typeof tvBoard>;
