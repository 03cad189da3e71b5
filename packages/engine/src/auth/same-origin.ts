/** Whether a browser vouches that a request was made by a page of ours. */

/**
 * A browser says by `Origin` (RFC 6454) which page makes a writing request, and by `Sec-Fetch-Site` how that page stands to
 * us. A request with neither is not from a browser and carries no one else's cookies.
 */
export function isSameOrigin(headers: Headers, publicUrl: string): boolean {
  const origin = headers.get('origin');
  if (origin !== null) return origin === new URL(publicUrl).origin || hostOf(origin) === headers.get('host');
  const site = headers.get('sec-fetch-site');
  return site === null || site === 'same-origin' || site === 'none';
}

function hostOf(origin: string): string | null {
  return URL.parse(origin)?.host ?? null;
}
