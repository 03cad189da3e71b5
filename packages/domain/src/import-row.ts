/** A row of a file as what it says of a customer or a purchase, or everything that is wrong with it. */
import {
  checkRequest,
  type DateOrder,
  type FieldValue,
  type IdentifierKind,
  type PatternMatch,
  type RequestField,
  type RowReason,
} from '@patchbay/contracts';
import { plainCell } from './csv-format.ts';
import { normaliseIdentifier, type NormalIdentifier } from './identity/normal/identifier.ts';
import { minorDigits, readAmount, readDay, readMoment } from './import-cells.ts';

export interface RowForm {
  readonly header: readonly string[];
  /** By column what it is; null: left out. */
  readonly columns: readonly (string | null)[];
  readonly dateOrder: DateOrder;
  /** Of amounts whose row names none. */
  readonly currency: string | null;
  /** The fields of a customer's file. An empty cell says nothing, so none is required here. */
  readonly fields: readonly RequestField[];
  /** Of times that are written without an offset: an IANA name. */
  readonly timeZone: string;
  /** E.164 with the extension apart, or null for what is no number. */
  readonly toPhone: (text: string) => NormalIdentifier | null;
}

export interface RowIdentifier {
  readonly kind: Extract<IdentifierKind, 'email' | 'phone' | 'account'>;
  readonly value: string;
  /** Behind a switchboard's number, which then is several people's. */
  readonly extension: string | null;
}
export interface CustomerRow {
  /** Null: the row has none, and names nobody new. */
  readonly displayName: string | null;
  readonly externalId: string | null;
  /** Whose file it is, said by the hub's own id. */
  readonly customerId: string | null;
  readonly identifiers: readonly RowIdentifier[];
  readonly organisations: readonly string[];
  readonly fields: Readonly<Record<string, FieldValue>>;
}
export interface PurchaseRow {
  readonly externalId: string;
  readonly customerExternalId: string | null;
  readonly customerId: string | null;
  readonly identifiers: readonly RowIdentifier[];
  readonly occurredAt: string;
  readonly amountMinor: number;
  readonly currency: string;
  readonly state: string;
  readonly items: readonly { name: string; quantity: number }[];
}
export type ReadRow<T> = { row: T } | { reasons: RowReason[] };

interface Cells {
  readonly values: ReadonlyMap<string, readonly { text: string; column: string }[]>;
  readonly reasons: RowReason[];
}

/** Characters of a cell; a name that is cut could be somebody else's. */
const longest: Readonly<Record<string, number>> = {
  displayName: 200,
  externalId: 200,
  customerExternalId: 200,
  organisation: 200,
  item: 300,
  account: 320,
};
const longestCell = 10_000;

/** The cells by what they are. A target that several columns have (two phones) has several cells. */
function cellsOf(form: RowForm, cells: readonly string[]): Cells {
  const values = new Map<string, { text: string; column: string }[]>();
  const reasons: RowReason[] = [];
  if (cells.length !== form.header.length)
    reasons.push({ column: null, code: cells.length > form.header.length ? 'too-many-cells' : 'too-few-cells' });
  for (const [index, target] of form.columns.entries()) {
    const text = plainCell(cells[index] ?? '').trim();
    const column = form.header[index] ?? '';
    if (target === null || text === '') continue;
    if (hasBadCharacters(text)) reasons.push({ column, code: 'bad-characters' });
    else if (text.length > (longest[target] ?? longestCell)) reasons.push({ column, code: 'too-long' });
    else values.set(target, [...(values.get(target) ?? []), { text, column }]);
  }
  return { values, reasons };
}

/** Half of a character, a byte that the encoding does not have, or NUL, which cannot be stored. */
function hasBadCharacters(text: string): boolean {
  return text.includes('\0') || text.includes('\uFFFD') || !text.isWellFormed();
}

const first = ({ values }: Cells, target: string) => values.get(target)?.[0];

/** A cell may hold several, as exports write them. An extension (`;ext=`) has no blank before it. */
const severalOf = ({ values }: Cells, target: string) =>
  (values.get(target) ?? []).flatMap(({ text, column }) =>
    text
      .split(/;\s+/)
      .filter((part) => part !== '')
      .map((part) => ({ text: part, column })),
  );

const uuid = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;

function customerIdOf(cells: Cells): string | null {
  const cell = first(cells, 'patchbayId');
  if (cell && !uuid.test(cell.text)) cells.reasons.push({ column: cell.column, code: 'wrong-form' });
  return cell?.text.toLowerCase() ?? null;
}

function identifiersOf(form: RowForm, cells: Cells): RowIdentifier[] {
  const found = new Map<string, RowIdentifier>();
  for (const kind of ['email', 'phone', 'account'] as const)
    for (const { text, column } of severalOf(cells, kind)) {
      const normal = kind === 'phone' ? form.toPhone(text) : normaliseIdentifier(kind, text);
      if (normal === null) cells.reasons.push({ column, code: kind === 'email' ? 'not-an-email' : 'not-a-phone' });
      else found.set(`${kind}:${normal.value}`, { kind, ...normal });
    }
  return [...found.values()];
}

function fieldsOf(form: RowForm, cells: Cells, matches: PatternMatch): Record<string, FieldValue> {
  const given: Record<string, unknown> = {};
  const columns = new Map<string, string>();
  for (const field of form.fields) {
    const cell = first(cells, `field:${field.key}`);
    if (!cell) continue;
    columns.set(field.key, cell.column);
    given[field.key] = field.type === 'date' ? (readDay(cell.text, form.dateOrder) ?? cell.text) : cell.text;
  }
  const { values, problems } = checkRequest(form.fields, given, matches);
  for (const { field, problem } of problems) cells.reasons.push({ column: columns.get(field) ?? null, code: problem });
  return values;
}

/** Han and kana names have the family name first and no blank. */
function joinedName(given: string, family: string): string {
  const eastern = /^[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}]+$/u.test(given + family);
  return eastern ? family + given : [given, family].filter(Boolean).join(' ');
}

/** @param matches gives up in time: a pattern of a field may try for days what a text is */
export function readCustomerRow(form: RowForm, raw: readonly string[], matches: PatternMatch): ReadRow<CustomerRow> {
  const cells = cellsOf(form, raw);
  const identifiers = identifiersOf(form, cells);
  const fields = fieldsOf(form, cells, matches);
  const named = first(cells, 'displayName')?.text ?? '';
  const name = named || joinedName(textOf(fields['givenName']), textOf(fields['familyName']));
  const externalId = first(cells, 'externalId')?.text ?? null;
  const customerId = customerIdOf(cells);
  const nobody = name === '' && identifiers.length === 0 && externalId === null && customerId === null;
  if (cells.reasons.length === 0 && nobody) cells.reasons.push({ column: null, code: 'nobody' });
  if (cells.reasons.length > 0) return { reasons: cells.reasons };
  return {
    row: {
      displayName: name.slice(0, 200) || null,
      externalId,
      customerId,
      identifiers,
      organisations: severalOf(cells, 'organisation').map(({ text }) => text),
      fields,
    },
  };
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

const states: ReadonlyMap<string, string> = new Map(
  Object.entries({
    placed: ['placed', 'open', 'pending', 'new', 'ordered', '已下单', '待付款'],
    completed: [
      'completed',
      'complete',
      'paid',
      'closed',
      'done',
      'shipped',
      'delivered',
      '已完成',
      '已付款',
      '已发货',
    ],
    cancelled: ['cancelled', 'canceled', 'void', '已取消'],
    refunded: ['refunded', 'refund', 'returned', '已退款', '已退货'],
  }).flatMap(([state, words]) => words.map((word) => [word, state] as const)),
);

export function readPurchaseRow(form: RowForm, raw: readonly string[]): ReadRow<PurchaseRow> {
  const cells = cellsOf(form, raw);
  const identifiers = identifiersOf(form, cells);
  const needed = (target: string): string => {
    const cell = first(cells, target);
    if (!cell) cells.reasons.push({ column: columnOf(form, target), code: 'required' });
    return cell?.text ?? '';
  };
  const wrong = (target: string, code: string) => cells.reasons.push({ column: columnOf(form, target), code });
  const externalId = needed('externalId');
  const customerExternalId = first(cells, 'customerExternalId')?.text ?? null;
  const customerId = customerIdOf(cells);
  if (customerExternalId === null && customerId === null && identifiers.length === 0)
    cells.reasons.push({ column: null, code: 'nobody' });
  const written = needed('occurredAt');
  const occurredAt = readMoment(written, form.dateOrder, form.timeZone);
  if (written !== '' && occurredAt === null) wrong('occurredAt', 'not-a-date');
  const currency = (first(cells, 'currency')?.text ?? form.currency ?? '').toUpperCase();
  const digits = minorDigits(currency);
  if (digits === null) wrong('currency', 'not-a-currency');
  const amount = needed('amount');
  const amountMinor = digits === null ? null : readAmount(amount, digits, currency);
  if (amount !== '' && digits !== null && amountMinor === null) wrong('amount', 'not-an-amount');
  const state = states.get((first(cells, 'state')?.text ?? 'completed').toLowerCase());
  if (state === undefined) wrong('state', 'not-an-option');
  const items = itemsOf(cells, wrong);
  if (cells.reasons.length > 0 || occurredAt === null || amountMinor === null || state === undefined)
    return { reasons: cells.reasons };
  return {
    row: { externalId, customerExternalId, customerId, identifiers, occurredAt, amountMinor, currency, state, items },
  };
}

function itemsOf(cells: Cells, wrong: (target: string, code: string) => void): PurchaseRow['items'] {
  const name = first(cells, 'item')?.text;
  if (name === undefined) return [];
  const quantity = Number(first(cells, 'quantity')?.text ?? 1);
  if (!(quantity > 0 && quantity <= 1e9)) wrong('quantity', 'not-a-number');
  const exported = name.split('; ').map((part) => /^(\d+(?:\.\d+)?) × (.+)$/.exec(part));
  if (exported.every((part) => part !== null))
    return exported.map(([, count = '', what = '']) => ({ name: what, quantity: Number(count) }));
  return [{ name, quantity }];
}

/** The file's own word for a target; null when no column is it. */
function columnOf(form: RowForm, target: string): string | null {
  const index = form.columns.indexOf(target);
  return index < 0 ? null : (form.header[index] ?? null);
}
