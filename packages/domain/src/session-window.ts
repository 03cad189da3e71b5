/** How long after a customer's message one may answer in words of one's own, on channels whose provider limits it. */

/** When the window closes; null when the customer has never written. */
export function windowClosesAt(lastInboundAt: Date | null, windowMs: number): Date | null {
  return lastInboundAt === null ? null : new Date(lastInboundAt.getTime() + windowMs);
}

/** Whether a text of one's own may be sent now. The moment at which the window closes is outside it. */
export function isWindowOpen(lastInboundAt: Date | null, windowMs: number, now: Date): boolean {
  const closesAt = windowClosesAt(lastInboundAt, windowMs);
  return closesAt !== null && now.getTime() < closesAt.getTime();
}
