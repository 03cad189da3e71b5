/** Where connections broke off while mails were asked for, from one connection to the next: one mail must not keep all others back. */

/** So often a mail is asked for by itself before it is passed over. */
const most = 5;
/** So often in a row what is to happen to mails that are durable here is begun again. */
const mostRepeats = 3;

export class Breaks {
  private readonly times = new Map<number, number>();
  private until = 0;
  private repeats = 0;

  /** It broke off before the mail `uid` had come, while mails up to `lastUid` were asked for. */
  note(uid: number, lastUid: number): void {
    // Among others the mail that was to come next need not be the one at which the server fails.
    if (this.isAskedAlone(uid)) this.times.set(uid, (this.times.get(uid) ?? 0) + 1);
    this.until = Math.max(this.until, lastUid);
  }

  /** It is asked for by itself, so that it breaks off at no other mail. */
  isAskedAlone(uid: number): boolean {
    return uid <= this.until;
  }

  isGivenUp(uid: number): boolean {
    return (this.times.get(uid) ?? 0) >= most;
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

  /** Everything that was asked for has come, or its UIDs mean other mails now. */
  forget(): void {
    this.times.clear();
    this.until = 0;
  }
}
