/** Where one reason ends and what was reported of another recipient, or again, begins. */
const ends = /; (?=[^\s;]+@[^\s;]+: |Not taken for |The mail came back$|\d\.\d{1,3}\.\d{1,3} )/u;

/**
 * The reasons why a message missed recipients, one for each time that the hub was told. What it was told first, that everybody else or who
 * had it, holds no longer for whoever is named after it.
 */
export function deliveryReasons(error: string): string[] {
  const [first = '', ...later] = error.split(ends);
  if (later.length === 0) return [first];
  return [withoutHolders(first, later), ...later];
}

function withoutHolders(first: string, later: readonly string[]): string {
  const others = /^(.+); everybody else has it$/su.exec(first);
  if (others) return others[1] ?? '';
  const [, why = '', names = ''] = /^(.+); only (.+) got it$/su.exec(first) ?? [];
  if (!names) return first;
  const holders = names.split(', ').filter((name) => !later.some((reason) => reason.startsWith(`${name}: `)));
  return holders.length === 0 ? why : `${why}; only ${holders.join(', ')} got it`;
}
