/** Servers of mailboxes that did not answer: one mail at a time tries them, so that the others do not hold up what leaves elsewhere. */
import { HubError } from '@patchbay/contracts';

/** By name; whether a mail tries it now. */
const suspects = new Map<string, { isTried: boolean }>();

/** What a failure says of the server: it answered, it did not, or it was not asked. */
export type Heard = 'answer' | 'nothing' | 'not-asked';

/**
 * A try at a server. Where it ends without an answer, be it a refusal, the server is a suspect until there is one. One that was not asked is what it was.
 *
 * @throws HubError `provider_unavailable` at once where another mail tries a suspect already, and whatever `work` throws
 */
export async function tryServer<T>(name: string, work: () => Promise<T>, heard: (error: unknown) => Heard): Promise<T> {
  const suspect = suspects.get(name);
  if (suspect?.isTried) throw new HubError('provider_unavailable', 'The mail server cannot be reached');
  if (suspect) suspect.isTried = true;
  try {
    const result = await work();
    suspects.delete(name);
    return result;
  } catch (error) {
    const said = heard(error);
    if (said === 'answer') suspects.delete(name);
    else if (said === 'nothing' || suspect) suspects.set(name, { isTried: false });
    throw error;
  }
}
