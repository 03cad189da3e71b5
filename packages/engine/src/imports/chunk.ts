/** Some rows of a file at a time: read, decided, and written in one transaction together with the note that they are done. */
import type { ImportKind, ImportReject, ImportSettings } from '@patchbay/contracts';
import type { RowForm } from '@patchbay/domain';
import type { Queryable } from '@patchbay/store';
import type { ChunkCounts } from '@patchbay/store/queries/imports';
import type { Vault } from '../secrets.ts';
import { customerChunk } from './customer-chunk.ts';
import { purchaseChunk } from './purchase-chunk.ts';

export interface NumberedRow {
  /** Rows after the header, from 1. */
  readonly number: number;
  readonly cells: string[];
}
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
  readonly orders: Set<string>;
}

export type ChunkWork = (sql: Queryable, context: ChunkContext, rows: readonly NumberedRow[]) => Promise<ChunkResult>;

export const chunkWork: Readonly<Record<ImportKind, ChunkWork>> = {
  customers: customerChunk,
  purchases: purchaseChunk,
};
