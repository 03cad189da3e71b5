/** Some rows of a file at a time: read, decided, and written in one transaction together with the note that they are done. */
import type { ImportKind, ImportReject, ImportSettings } from '@patchbay/contracts';
import type { RowForm } from '@patchbay/domain';
import type { Queryable } from '@patchbay/store';
import type { ChunkCounts } from '@patchbay/store/queries/imports';
import type { BlindIndex, Vault } from '../secrets.ts';
import type { CsvRow } from './csv-source.ts';
import type { DryMemory } from './dry-memory.ts';
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
  readonly blindIndex: BlindIndex;
  /** A dry run writes nothing, and remembers here what the rows before would have made. */
  readonly memory: DryMemory | null;
}
export type ChunkWork = (sql: Queryable, context: ChunkContext, rows: readonly CsvRow[]) => Promise<ChunkResult>;

export const chunkWork: Readonly<Record<ImportKind, ChunkWork>> = {
  customers: customerChunk,
  purchases: purchaseChunk,
};
