/** Where connections broke off while mails were asked for, from one connection to the next: one mail must not keep all others back. */

/** So often a mail is asked for by itself before it is passed over. */
const most = 5;

export class Breaks {
  private readonly times = new Map<number, number>();
  private until = 0;

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

  /** Everything that was asked for has come, or its UIDs mean other mails now. */
  forget(): void {
    this.times.clear();
    this.until = 0;
  }
}
