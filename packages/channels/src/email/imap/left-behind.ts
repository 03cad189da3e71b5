/** UIDs of mails that are left where they are, in ascending order; each is counted once, when the cursor passes it. Pure. */
export class LeftBehind {
  private readonly uids: readonly number[];
  private next = 0;

  constructor(uids: readonly number[]) {
    this.uids = uids;
  }

  /** How many there are up to this UID that were not counted before. */
  upTo(lastUid: number): number {
    const begin = this.next;
    while ((this.uids[this.next] ?? Infinity) <= lastUid) this.next += 1;
    return this.next - begin;
  }
}
