import { channelName, presenceState, type Figure } from '@patchbay/contracts';

/** The figures of a wallboard by the place where they are shown; what is not known has a place as well. */
export interface Board {
  queues: { name: string; waiting: Figure | undefined; longest: Figure | undefined }[];
  agents: Figure[];
  contacts: Figure[];
  /** First response over all channels, then by channel. */
  response: { channel: string | null; median: Figure | undefined; p90: Figure | undefined }[];
  others: Figure[];
}
const placed = ['waiting', 'longest-wait', 'agents', 'contacts-today', 'first-response-median', 'first-response-p90'];

export function arrange(figures: readonly Figure[]): Board {
  const named = (key: string): Figure[] => figures.filter((figure) => figure.key === key);
  const [waiting, longest, median, p90] = [
    named('waiting'),
    named('longest-wait'),
    named('first-response-median'),
    named('first-response-p90'),
  ];
  const by = (of: Figure[], dimension: string, value: string | null): Figure | undefined =>
    of.find((figure) => (figure.dimensions[dimension] ?? null) === value);
  const queues = distinct([...waiting, ...longest].map((figure) => figure.dimensions['queue'] ?? null));
  const channels = distinct([...median, ...p90].map((figure) => figure.dimensions['channel'] ?? null));
  channels.sort((a, b) => Number(a !== null) - Number(b !== null));
  return {
    queues: queues.map((name) => ({
      name: name ?? '',
      waiting: by(waiting, 'queue', name),
      longest: by(longest, 'queue', name),
    })),
    agents: complete(named('agents'), 'agents', 'state', presenceState.options),
    contacts: complete(named('contacts-today'), 'contacts-today', 'channel', channelName.options),
    response: channels.map((channel) => ({
      channel,
      median: by(median, 'channel', channel),
      p90: by(p90, 'channel', channel),
    })),
    others: figures.filter((figure) => !placed.includes(figure.key)),
  };
}

/**
 * Each of the words in its order, 0 where the hub counts none: a tile stays at its place whether it counts or not. Others
 * come last.
 */
function complete(figures: Figure[], key: string, dimension: string, words: readonly string[]): Figure[] {
  const formula = figures[0]?.formula ?? '';
  const none = (word: string): Figure => ({ key, value: 0, unit: 'count', formula, dimensions: { [dimension]: word } });
  const of = (figure: Figure): string => figure.dimensions[dimension] ?? '';
  const inOrder = words.map((word) => figures.find((figure) => of(figure) === word) ?? none(word));
  return [...inOrder, ...figures.filter((figure) => !words.includes(of(figure)))];
}

const distinct = <T>(values: T[]): T[] => [...new Set(values)];
export const total = (figures: readonly Figure[]): number =>
  figures.reduce((sum, figure) => sum + (figure.value ?? 0), 0);
