/** Mailboxes that a server lets nobody in to: they rest, for a provider locks an account that is signed in to in vain again and again. */
import { HubError } from '@patchbay/contracts';

/** Milliseconds. */
const first = 30_000;
const longest = 15 * 60_000;

/** Nobody is signed in: there is nothing to sign in with, or the server refused it. */
export class SignInProblem extends HubError {
  constructor(message: string) {
    super('provider_unavailable', message);
  }
}

/** An account as it is now; another revision may have other secrets. */
export interface SignInState {
  readonly id: string;
  readonly revision: number;
}

interface Rest {
  readonly revision: number;
  readonly message: string;
  readonly lasts: number;
  readonly until: number;
  /** One mail tries whether it is over. */
  isTried: boolean;
}

export class SignInRests {
  /** By account. */
  readonly #rests = new Map<string, Rest>();
  readonly #now: () => number;

  /** `now`: milliseconds that never go back. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /**
   * A try to sign in and to do more. Where it ends with a {@link SignInProblem}, the account as it is rests: 30 seconds, and twice as long after each
   * other try, up to 15 minutes. `isSignedIn`: whether the server let it in, whatever came after.
   *
   * @throws SignInProblem that of the last try, at once, during a rest and while another mail tries whether it is over; and whatever `work` throws
   */
  async try<T>({ id, revision }: SignInState, work: () => Promise<T>, isSignedIn: () => boolean): Promise<T> {
    const rest = this.#of(id, revision);
    if (rest && (rest.isTried || this.#now() < rest.until)) throw new SignInProblem(rest.message);
    if (rest) rest.isTried = true;
    try {
      return await work();
    } catch (error) {
      if (error instanceof SignInProblem) this.#refused({ id, revision }, rest, error.message);
      throw error;
    } finally {
      if (rest) rest.isTried = false;
      if (isSignedIn() && this.#of(id, revision)) this.#rests.delete(id);
    }
  }

  #of(id: string, revision: number): Rest | undefined {
    const rest = this.#rests.get(id);
    return rest?.revision === revision ? rest : undefined;
  }

  #refused({ id, revision }: SignInState, before: Rest | undefined, message: string): void {
    const known = this.#rests.get(id);
    // The account is another by now, or several tried at the same time and were refused together.
    if (known && (known.revision > revision || (known.revision === revision && known !== before))) return;
    const lasts = before ? Math.min(before.lasts * 2, longest) : first;
    this.#rests.set(id, { revision, message, lasts, until: this.#now() + lasts, isTried: false });
  }
}
