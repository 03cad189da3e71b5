/** Whose row it is and what it adds, row by row: a later row finds whom an earlier one made. */
import { isFilled } from './completeness.ts';
import type { CustomerRow, RowIdentifier } from './import-row.ts';

export interface HeldIdentifier {
  readonly grade: 'claimed' | 'known' | 'verified';
  readonly extension: string | null;
}

export interface FileState {
  readonly id: string;
  readonly fields: Record<string, unknown>;
  /** By `kind:value` */
  readonly identifiers: Map<string, HeldIdentifier>;
  /** Names in lower case. */
  readonly organisations: Set<string>;
  readonly externalIds: Set<string>;
}

/** What is known before and while the rows are read. Grows with every row. */
export interface KnownWorld {
  /** By the source's own name. */
  readonly externals: Map<string, string>;
  /** By the key of a row that names nobody, whom such a row made. */
  readonly rows: Map<string, string>;
  /** By an id that a row names, the customer that is there by now. */
  readonly present: ReadonlyMap<string, string>;
  /** By `kind:value`, who proved it alone. */
  readonly proved: Map<string, string>;
  /** `kind:value` that several people use: it joins nobody. */
  readonly shared: Set<string>;
  readonly files: Map<string, FileState>;
}

export interface PlanOptions {
  /** The source has checked its identifiers: only then they join. */
  readonly vouches: boolean;
  readonly onExisting: 'keep' | 'replace';
  readonly newId: () => string;
  /** What the row is known again by; null where it names whose it is. */
  readonly rowKey: string | null;
}

export interface RowAddition {
  readonly customerId: string;
  readonly outcome: 'created' | 'updated' | 'unchanged';
  /** Of whom is new. */
  readonly displayName: string;
  readonly fields: readonly { key: string; value: unknown }[];
  readonly identifiers: readonly (RowIdentifier & { grade: 'known' | 'claimed'; shared: boolean })[];
  readonly externalId: string | null;
  readonly organisations: readonly string[];
  /** Of whom is new. */
  readonly rowKey: string | null;
}

const nameOf = ({ kind, value }: RowIdentifier) => `${kind}:${value}`;

/** A reason where the row belongs to several people, or to nobody who could be told again. */
export function planCustomerRow(
  row: CustomerRow,
  world: KnownWorld,
  options: PlanOptions,
): RowAddition | { reason: 'several-customers' | 'no-such-customer' } {
  const owners = new Set<string>();
  const byNumber = row.externalId === null ? undefined : world.externals.get(row.externalId);
  if (byNumber !== undefined) owners.add(byNumber);
  if (row.customerId !== null) {
    const named = world.present.get(row.customerId);
    if (named === undefined) return { reason: 'no-such-customer' };
    owners.add(named);
  }
  if (options.vouches)
    for (const identifier of row.identifiers) {
      const holder = identifier.extension === null ? world.proved.get(nameOf(identifier)) : undefined;
      if (holder !== undefined) owners.add(holder);
    }
  // The same row once more is nobody else, though it proves nothing.
  const again = options.rowKey === null ? undefined : world.rows.get(options.rowKey);
  if (owners.size === 0 && again !== undefined) owners.add(again);
  if (owners.size > 1) return { reason: 'several-customers' };
  const [owner] = owners;
  const file = (owner === undefined ? undefined : world.files.get(owner)) ?? emptyFile(owner ?? options.newId());
  return learn(row, world, options, file, owner === undefined);
}

const emptyFile = (id: string): FileState => ({
  id,
  fields: {},
  identifiers: new Map(),
  organisations: new Set(),
  externalIds: new Set(),
});

function learn(
  row: CustomerRow,
  world: KnownWorld,
  options: PlanOptions,
  file: FileState,
  isNew: boolean,
): RowAddition {
  const fields = Object.entries(row.fields)
    .filter(([key, value]) => adds(file.fields[key], value, options.onExisting))
    .map(([key, value]) => ({ key, value }));
  const grade = options.vouches ? ('known' as const) : ('claimed' as const);
  const identifiers = row.identifiers
    .filter((identifier) => says(file.identifiers.get(nameOf(identifier)), identifier, grade))
    .map((identifier) => ({
      ...identifier,
      grade,
      shared: identifier.extension !== null || world.shared.has(nameOf(identifier)),
    }));
  const externalId = row.externalId !== null && !file.externalIds.has(row.externalId) ? row.externalId : null;
  const organisations = row.organisations.filter((name) => !file.organisations.has(name.toLowerCase()));
  remember(world, file, { fields, identifiers, externalId, organisations });
  const rowKey = isNew ? options.rowKey : null;
  if (rowKey !== null) world.rows.set(rowKey, file.id);
  const changes = fields.length + identifiers.length + organisations.length > 0 || externalId !== null;
  return {
    customerId: file.id,
    outcome: isNew ? 'created' : changes ? 'updated' : 'unchanged',
    displayName: row.displayName ?? row.identifiers[0]?.value ?? row.externalId ?? '',
    fields,
    identifiers,
    externalId,
    organisations,
    rowKey,
  };
}

function adds(before: unknown, value: unknown, onExisting: PlanOptions['onExisting']): boolean {
  if (!isFilled(before)) return true;
  return onExisting === 'replace' && JSON.stringify(before) !== JSON.stringify(value);
}

/** Whether it is more than what is known of it: a proof of what was only claimed, or another extension. */
function says(held: HeldIdentifier | undefined, { extension }: RowIdentifier, grade: HeldIdentifier['grade']): boolean {
  if (!held) return true;
  return (held.grade === 'claimed' && grade === 'known') || (extension !== null && extension !== held.extension);
}

function remember(
  world: KnownWorld,
  file: FileState,
  learnt: Pick<RowAddition, 'fields' | 'identifiers' | 'externalId' | 'organisations'>,
): void {
  world.files.set(file.id, file);
  for (const { key, value } of learnt.fields) file.fields[key] = value;
  for (const identifier of learnt.identifiers) {
    const name = nameOf(identifier);
    file.identifiers.set(name, identifier);
    if (identifier.extension !== null) {
      world.shared.add(name);
      world.proved.delete(name);
    } else if (identifier.grade === 'known' && !identifier.shared) world.proved.set(name, file.id);
  }
  if (learnt.externalId !== null) {
    file.externalIds.add(learnt.externalId);
    world.externals.set(learnt.externalId, file.id);
  }
  for (const name of learnt.organisations) file.organisations.add(name.toLowerCase());
}
