/** Some rows of a file at a time: read, decided, and written in one transaction together with the note that they are done. */
import type { ImportKind, ImportReject, ImportSettings } from '@patchbay/contracts';
import type { RowForm } from '@patchbay/domain';
import type { Queryable } from '@patchbay/store';
import type { ChunkCounts } from '@patchbay/store/queries/imports';
import type { Vault } from '../secrets.ts';
import type { CsvRow } from './csv-source.ts';
import { customerChunk } from './customer-chunk.ts';
import { purchaseChunk } from './purchase-chunk.ts';

export interface ChunkResult {
  readonly counts: ChunkCounts;
  readonly rejects: ImportReject[];
}
export interface ChunkContext {
  readonly importId: string;
  readonly filename: string;
  readonly form: RowForm;
  readonly settings: ImportSettings;
  readonly actorId: string;
  /** Keys of fields whose values are sealed. */
  readonly sensitive: readonly string[];
  readonly vault: Vault;
  /** A dry run writes nothing, and remembers here what the rows before would have made. */
  readonly memory: DryMemory | null;
}
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

export type ChunkWork = (sql: Queryable, context: ChunkContext, rows: readonly CsvRow[]) => Promise<ChunkResult>;

export const chunkWork: Readonly<Record<ImportKind, ChunkWork>> = {
  customers: customerChunk,
  purchases: purchaseChunk,
};
