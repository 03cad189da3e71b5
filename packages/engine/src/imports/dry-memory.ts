/** What a dry run remembers of the rows before, so that it counts what the run will do. */
import { createTextMap, type TextMap } from './text-map.ts';

/** By the source's number, by proved identifier or by the key of a row, the customers and orders of earlier rows. */
export interface DryMemory {
  readonly externals: TextMap;
  readonly proved: TextMap;
  readonly rows: TextMap;
  readonly shared: TextMap;
  /** By customer what the file would hold by now, and by number the order. */
  readonly files: TextMap;
  readonly orders: TextMap;
}

/** So many keys of a kind a dry run remembers; what is doubled further apart in a larger file is then counted as new. */
const mostRemembered = 500_000;

export const emptyMemory = (): DryMemory => ({
  externals: createTextMap(mostRemembered),
  proved: createTextMap(mostRemembered),
  rows: createTextMap(mostRemembered),
  shared: createTextMap(mostRemembered),
  files: createTextMap(mostRemembered),
  orders: createTextMap(mostRemembered),
});
