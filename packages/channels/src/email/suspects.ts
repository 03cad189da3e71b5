/** Servers of mailboxes that did not answer: one mail at a time tries them, so that the others do not hold up what leaves elsewhere. */
import { HubError } from '@patchbay/contracts';

/** By name; whether a mail tries it now. */
const suspects = new Map<string, { isTried: boolean }>();

/**
 * A try at a server. Where it ends without an answer, be it a refusal, the server is a suspect until there is one.
 *
 * @throws HubError `provider_unavailable` at once where another mail tries a suspect already, and whatever `work` throws
 */
export async function tryServer<T>(
  name: string,
  work: () => Promise<T>,
  isAnswer: (error: unknown) => boolean,
): Promise<T> {
  const suspect = suspects.get(name);
  if (suspect?.isTried) throw new HubError('provider_unavailable', 'The mail server cannot be reached');
  if (suspect) suspect.isTried = true;
  try {
    const result = await work();
    suspects.delete(name);
    return result;
  } catch (error) {
    if (isAnswer(error)) suspects.delete(name);
    else suspects.set(name, { isTried: false });
    throw error;
  }
}
