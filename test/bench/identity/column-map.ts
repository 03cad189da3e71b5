/** Which column of a file is which field: reads a map however it is turned. */
import type { FieldKind, RecordField } from '@patchbay/domain/identity/score/fields';
import { type MapTarget, targetOf } from './field-names.ts';

export interface ColumnMap {
  /** Position of the record's id. */
  id: number;
  columns: { position: number; field: RecordField | 'fullName' }[];
  /** Names in the map that the file has no column for. */
  unknown: string[];
}

/** The values of one such field belong together; several columns of any other kind are compared one by one. */
const severalValues = new Set<MapTarget>(['phone', 'email', 'fullName']);
const settings = new Set(['fields', 'first', 'second', 'region', 'dateOrder', 'records', 'id']);

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const textsIn = (value: unknown): string[] => {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap(textsIn);
  return isObject(value) ? textsIn(value.field ?? value.type ?? value.kind ?? value.column ?? value.columns) : [];
};

/** Columns with what each was called, whichever of the two stands first in the map. */
function entriesOf(
  map: Readonly<Record<string, unknown>>,
  header: readonly string[],
): { column: string; name: string }[] {
  return Object.entries(map).flatMap(([key, value]) => {
    const texts = textsIn(value);
    const turned = texts.length > 0 && texts.every((text) => header.includes(text)) && targetOf(key) !== null;
    const ambiguous = header.includes(key) && texts.every((text) => targetOf(text) !== null);
    if (turned && !ambiguous) return texts.map((column) => ({ column, name: key }));
    return header.includes(key) && texts[0] !== undefined ? [{ column: key, name: texts[0] }] : [];
  });
}

function idPosition(
  map: Readonly<Record<string, unknown>>,
  named: string | undefined,
  header: readonly string[],
): number {
  const said = typeof map.id === 'string' && header.includes(map.id) ? map.id : named;
  const position = header.indexOf(said ?? header.find((column) => targetOf(column) === 'id') ?? '');
  return Math.max(position, 0);
}

/** Names as the header writes them, whose blanks and case nobody looks at. */
function asWritten(value: unknown, written: ReadonlyMap<string, string>): unknown {
  const name = (text: string) => written.get(text.trim().toLowerCase()) ?? text;
  if (typeof value === 'string') return name(value);
  if (Array.isArray(value)) return value.map((one) => asWritten(one, written));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [name(key), asWritten(inner, written)]));
}

/** What the map says that is neither a column of the file nor of what fields and settings are called. */
function unknownNames(map: Readonly<Record<string, unknown>>, header: readonly string[]): string[] {
  return Object.entries(map).flatMap(([key, value]) =>
    settings.has(key) || header.includes(key) || textsIn(value).some((text) => header.includes(text)) ? [] : [key],
  );
}

/** Throws when the map names no column of the file. Columns that it does not name are not looked at. */
export function columnMapOf(
  given: Readonly<Record<string, unknown>>,
  header: readonly string[],
  side: 'first' | 'second',
): ColumnMap {
  const written = new Map(header.map((column) => [column.trim().toLowerCase(), column]));
  const map = Object.fromEntries(
    Object.entries(given).map(([key, value]) => {
      const name = settings.has(key) ? key : (written.get(key.trim().toLowerCase()) ?? key);
      return [name, asWritten(value, written)];
    }),
  );
  const own = isObject(map[side]) ? { ...map, ...map[side] } : map;
  const flat = Object.fromEntries(Object.entries(own).filter(([key]) => !settings.has(key) || header.includes(key)));
  const entries = entriesOf({ ...flat, ...(isObject(own.fields) ? own.fields : {}) }, header);
  const id = idPosition(own, entries.find(({ name }) => targetOf(name) === 'id')?.column, header);
  const seen = new Map<MapTarget, number>();
  const columns = entries.flatMap(({ column, name }): ColumnMap['columns'] => {
    // What is no field of ours is still words that can be compared.
    const target = targetOf(name.split(':')[0] ?? '') ?? 'text';
    if (target === 'id' || target === 'ignore') return [];
    const position = header.indexOf(column);
    const nth = (seen.get(target) ?? 0) + 1;
    seen.set(target, nth);
    if (target === 'fullName') return [{ position, field: target }];
    const ordinal = nth === 1 || severalValues.has(target) ? target : `${target}-${nth}`;
    return [{ position, field: { name: name.includes(':') ? name : ordinal, kind: target satisfies FieldKind } }];
  });
  if (columns.length === 0) throw new Error(`The map names no column of the file, which has ${header.join(', ')}`);
  return { id, columns, unknown: unknownNames({ ...flat, ...(isObject(own.fields) ? own.fields : {}) }, header) };
}
