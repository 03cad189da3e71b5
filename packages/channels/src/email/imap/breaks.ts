/** What went wrong while mails were asked for, from one connection to the next: one mail must not keep all others back. */

/** So many mails in a row may be refused before it is taken for the server's trouble. */
const mostInARow = 3;
/** So often those are asked for again before they are left for later all the same. */
const mostRefusals = 5;
/** So often in a row what is to happen to mails that are durable here is begun again. */
const mostRepeats = 3;

export class Breaks {
  private readonly suspects = new Set<number>();
  private readonly refusals = new Map<number, number>();
  private until = 0;
  private inARow = 0;
  private askedAgainAt = -Infinity;
  private askedRarelyAt = -Infinity;
  private repeats = 0;

  /** It broke off before the mail `uid` had come, while mails up to `lastUid` were asked for. */
  note(uid: number, lastUid: number): void {
    // Among others the mail that was to come next need not be the one at which the server fails.
    if (this.isAskedAlone(uid)) this.suspects.add(uid);
    this.until = Math.max(this.until, lastUid);
  }

  /** It is asked for by itself, so that it breaks off at no other mail. */
  isAskedAlone(uid: number): boolean {
    return uid <= this.until;
  }

  /** It broke off while this one was asked for by itself: the others come first. */
  isSuspect(uid: number): boolean {
    return this.suspects.has(uid);
  }

  /** A connection broke off at one mail, which says less of the server than otherwise. */
  get hasSuspects(): boolean {
    return this.suspects.size > 0;
  }

  /** A mail came. */
  came(): void {
    this.inARow = 0;
  }

  /** A mail was passed over: it is asked for again as soon as the others have come. */
  passedOver(): void {
    this.askedAgainAt = -Infinity;
  }

  /** Whether those that were passed over are asked for again at this moment, which then counts as the last. Milliseconds of a clock that nobody sets. */
  isTimeToAskAgain(now: number, everyMs: number): boolean {
    if (now - this.askedAgainAt < everyMs) return false;
    this.askedAgainAt = now;
    return true;
  }

  /** The same of those of which a note was left. */
  isTimeToAskRarely(now: number, everyMs: number): boolean {
    if (now - this.askedRarelyAt < everyMs) return false;
    this.askedRarelyAt = now;
    return true;
  }

  /** The server refused this mail. False: it refuses all, and does so for the time being. */
  mayBeLeft(uid: number, isForNow: boolean): boolean {
    this.inARow += 1;
    if (this.inARow <= mostInARow) return true;
    const times = (this.refusals.get(uid) ?? 0) + 1;
    this.refusals.set(uid, times);
    return !isForNow && times > mostRefusals;
  }

  /** It broke off while something was done to mails in the mailbox: whether that is begun again. */
  mayRepeat(): boolean {
    this.repeats += 1;
    return this.repeats <= mostRepeats;
  }

  /** Something was done to mails in the mailbox, or refused, without a break. */
  repeated(): void {
    this.repeats = 0;
  }

  /** Everything that was asked for has come or is left for later, or its UIDs mean other mails now. */
  forget(): void {
    this.suspects.clear();
    this.refusals.clear();
    this.until = 0;
  }
}
