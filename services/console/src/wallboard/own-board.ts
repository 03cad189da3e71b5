import { channelName, type BoardLayout, type FigureTileLayout, type TileThresholds } from '@patchbay/contracts';

const never: TileThresholds = { worse: 'above', warn: null, bad: null };

/** A tile as the editor begins it. */
export const figureTile = (figure: string, more: Partial<FigureTileLayout> = {}): FigureTileLayout => ({
  kind: 'figure',
  size: 'small',
  figure,
  dimensions: {},
  thresholds: never,
  trend: false,
  ...more,
});

/** What is shown while nobody has laid out a wallboard. */
export function ownBoard(words: { name: string; now: string; today: string }): BoardLayout {
  const course = { trend: true };
  return {
    name: words.name,
    theme: 'dark',
    rotateSeconds: null,
    pages: [
      {
        name: words.now,
        tiles: [
          { kind: 'queues', size: 'large' },
          figureTile('waiting', { thresholds: { worse: 'above', warn: 10, bad: 25 } }),
          figureTile('longest-wait', { thresholds: { worse: 'above', warn: 1_800, bad: 3_600 } }),
          figureTile('service-level', { ...course, thresholds: { worse: 'below', warn: 0.8, bad: 0.7 } }),
          figureTile('first-response-median', course),
          { kind: 'agents', size: 'wide' },
          { kind: 'clocks', size: 'large' },
          { kind: 'channels', size: 'large' },
          ...channelName.options.map((channel) => figureTile('contacts-today', { dimensions: { channel } })),
        ],
      },
      {
        name: words.today,
        tiles: [
          'offered',
          'answered',
          'abandoned',
          'abandonment',
          'average-speed-of-answer',
          'average-handle-time',
          'occupancy',
          'transfer-rate',
          'first-contact-resolution',
          'reopen-rate',
          'next-response-median',
          'resolution-median',
        ].map((key) => figureTile(key, course)),
      },
    ],
  };
}
