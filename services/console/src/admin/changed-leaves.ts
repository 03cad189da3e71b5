type Fields = Readonly<Record<string, unknown>>;

export interface ChangedLeaf {
  /** Names from the outside in, with dots between. */
  readonly path: string;
  /** As text; null where there was, or is, nothing. */
  readonly before: string | null;
  readonly after: string | null;
}

/** What differs between two states of a setting, as deep inside as it differs. Where there was nothing before, all that there is. */
export function changedLeaves(from: Fields | null, to: Fields | null): ChangedLeaf[] {
  const [before, after] = [leavesOf(from), leavesOf(to)];
  return [...new Set([...before.keys(), ...after.keys()])]
    .map((path) => ({ path, before: before.get(path) ?? null, after: after.get(path) ?? null }))
    .filter((leaf) => leaf.before !== leaf.after);
}

function leavesOf(fields: Fields | null, under = ''): Map<string, string> {
  const leaves = new Map<string, string>();
  for (const [name, value] of Object.entries(fields ?? {})) {
    const path = under + name;
    if (isFields(value)) for (const [inner, text] of leavesOf(value, `${path}.`)) leaves.set(inner, text);
    else if (value !== null && value !== '') leaves.set(path, textOf(value));
  }
  return leaves;
}

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function textOf(value: unknown): string {
  if (Array.isArray(value))
    return value.every((one) => typeof one !== 'object') ? value.join(', ') : JSON.stringify(value);
  return typeof value === 'string' ? value : JSON.stringify(value);
}
