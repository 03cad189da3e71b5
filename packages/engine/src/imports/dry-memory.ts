/** What a dry run remembers of the rows before, so that it counts what the run will do. */

/** By the source's number or by proved identifier, the customers and orders of earlier rows. */
export interface DryMemory {
  readonly externals: Map<string, string>;
  readonly proved: Map<string, string>;
  readonly shared: Set<string>;
  /** By customer what the file would hold by now, and by number the order: as text, which takes the least room. */
  readonly files: Map<string, string>;
  readonly orders: Map<string, string>;
}

export const emptyMemory = (): DryMemory => ({
  externals: new Map(),
  proved: new Map(),
  shared: new Set(),
  files: new Map(),
  orders: new Map(),
});

/** So many keys of a kind a dry run remembers; what is doubled further apart in a larger file is then counted as new. */
const mostRemembered = 500_000;

export function remember(memory: Map<string, string>, key: string, value: string): void {
  if (memory.size < mostRemembered || memory.has(key)) memory.set(key, value);
}

/** With a byte for each sign, where a Chinese one alone would make the whole text twice as long. */
export const packed = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');
export const unpacked = (text: string): string => Buffer.from(text, 'latin1').toString('utf8');
