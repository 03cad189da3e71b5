/** Lists whose order says something. Pure. */

/** With one taken from its place to another; `null` where nothing changes. */
export function moved<T>(items: readonly T[], from: number, to: number): T[] | null {
  if (from === to || from < 0 || to < 0 || from >= items.length || to >= items.length) return null;
  const order = items.filter((_, at) => at !== from);
  order.splice(to, 0, ...items.slice(from, from + 1));
  return order;
}

/** In the order that was wished for; who was not there then keeps a place behind them, and who is gone is left out. */
export function arranged<T>(items: readonly T[], wished: readonly string[], keyOf: (item: T) => string): T[] {
  const places = new Map(wished.map((key, at) => [key, at]));
  const placeOf = (item: T) => places.get(keyOf(item)) ?? wished.length;
  return items.toSorted((a, b) => placeOf(a) - placeOf(b));
}
