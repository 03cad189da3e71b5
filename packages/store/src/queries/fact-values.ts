/** From what the records hold of a customer to the values that the rules ask for. */
import type { Facts, FactValue } from '@patchbay/contracts';

/** What is asked of the records: a fact by its key, and what it is narrowed by. */
export interface FactRequest {
  readonly key: string;
  readonly name: string;
  readonly currency?: string | undefined;
  readonly days?: number | undefined;
  readonly channel?: string | undefined;
  readonly requestType?: string | undefined;
  /** The field's name, of a fact about a field. */
  readonly field?: string | undefined;
}

/** Within the period, in the one before it, sum, moments of the last and the first in milliseconds since 1970, and mean. */
export type Found = readonly [
  n: number,
  earlier: number,
  amount: number | null,
  last: number | null,
  first: number | null,
  mean: number | null,
];

export interface FoundOfCustomer {
  readonly createdAt: Date;
  /** By the keys of the requests; nothing is there for what was not found. */
  readonly found: Readonly<Record<string, Found>>;
  /** The customer's row, where a field is asked for. */
  readonly record: Readonly<Record<string, unknown>> | null;
  readonly channels: readonly string[] | null;
}

/** A fact of which nothing was found is none where it is counted, and otherwise not known. Whole days. */
export function factsOfRecord(requests: readonly FactRequest[], customer: FoundOfCustomer, now: Date): Facts {
  return Object.fromEntries(requests.map((request) => [request.key, valueOf(request, customer, now)]));
}

function valueOf({ key, name, field }: FactRequest, customer: FoundOfCustomer, now: Date): FactValue {
  if (name === 'age-days') return Math.max(0, daysBetween(customer.createdAt.getTime(), now) ?? 0);
  if (name === 'channels') return [...(customer.channels ?? [])];
  if (name === 'field') return wordsOf(fieldOf(customer.record, field));
  if (name === 'number-field') return numberOf(fieldOf(customer.record, field));
  const [n, earlier, amount, last, first, mean] = customer.found[key] ?? [0, 0, null, null, null, null];
  if (name === 'purchase-sum') return amount ?? 0;
  if (name.endsWith('-count')) return n;
  if (name.endsWith('-trend')) return earlier === 0 ? null : n / earlier;
  if (name === 'score-average') return mean;
  return daysBetween(name === 'days-since-first-purchase' ? first : last, now);
}

const dayMs = 86_400_000;
const daysBetween = (at: number | null, now: Date): number | null =>
  at === null ? null : Math.floor((now.getTime() - at) / dayMs);

/** A column of the row, or a key of one of its objects. */
function fieldOf(record: FoundOfCustomer['record'], field: string | undefined): unknown {
  if (!record || field === undefined) return null;
  if (Object.hasOwn(record, field) && record[field] !== null) return record[field];
  const objects = Object.entries(record).toSorted(([a], [b]) => (a < b ? -1 : 1));
  for (const [, value] of objects) if (isObject(value) && Object.hasOwn(value, field)) return value[field];
  return null;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Fields come in whatever shape they are kept in: numbers stay numbers where one is asked for, everything else becomes words. */
function numberOf(value: unknown): number | null {
  const text = typeof value === 'string' ? value.trim() : value;
  const number = typeof text === 'number' || (typeof text === 'string' && text !== '') ? Number(text) : Number.NaN;
  return Number.isFinite(number) ? number : null;
}

function wordsOf(value: unknown): string[] | null {
  if (value === null || value === undefined) return null;
  if (Array.isArray(value)) return value.flatMap((one) => wordsOf(one) ?? []);
  if (typeof value === 'boolean') return [value ? 'yes' : 'no'];
  return typeof value === 'string' || typeof value === 'number' ? [String(value)] : null;
}
