/** A channel's webhook paths may have parameters, written as in Express: `/webhooks/http/:sourceId`. */

export interface MatchedPath {
  /** The declared path. */
  readonly path: string;
  readonly params: Readonly<Record<string, string>>;
}

/** The declared path that an actual one is of; null when it is of none. */
export function matchWebhookPath(declared: readonly string[], actual: string): MatchedPath | null {
  const parts = actual.split('/');
  for (const path of declared) {
    const params = paramsOf(path.split('/'), parts);
    if (params) return { path, params };
  }
  return null;
}

function paramsOf(pattern: readonly string[], parts: readonly string[]): Record<string, string> | null {
  if (pattern.length !== parts.length) return null;
  const params: Record<string, string> = {};
  for (const [index, wanted] of pattern.entries()) {
    const part = parts[index] ?? '';
    if (wanted.startsWith(':') && part !== '') params[wanted.slice(1)] = part;
    else if (wanted !== part) return null;
  }
  return params;
}
