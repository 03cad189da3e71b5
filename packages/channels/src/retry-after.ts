/** The three forms of a date in HTTP, of which asctime's names no zone and means GMT (RFC 9110, 5.6.7), and ISO 8601's. */
const httpDate = /^(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,? [\w: -]+$|^\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)$/i;
const namesZone = /GMT$|Z$|[+-]\d\d:\d\d$/i;

/** Milliseconds from a Retry-After header: seconds or a date (RFC 9110, 10.2.3). Undefined where it is neither: nothing is guessed. */
export function retryAfterMs(header: string | null, now: number): number | undefined {
  const said = header?.trim() ?? '';
  if (/^\d+(?:\.\d+)?$/.test(said)) return finite(Number(said) * 1000);
  if (!httpDate.test(said)) return undefined;
  return finite(Date.parse(namesZone.test(said) ? said : `${said} GMT`) - now);
}

const finite = (waitMs: number): number | undefined => (Number.isFinite(waitMs) ? Math.max(0, waitMs) : undefined);
