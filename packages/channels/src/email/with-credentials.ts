import { MailProblem, type MailboxCredentials, type MailboxServer } from '../mailbox.ts';

/** Signs in by `attempt`; with a token that the server refuses once more with a new one. Rejects with a {@link MailProblem}. */
export async function withCredentials<T>(
  server: MailboxServer,
  attempt: (credentials: MailboxCredentials) => Promise<T>,
): Promise<T> {
  const credentials = await server.credentials();
  try {
    return await attempt(credentials);
  } catch (error) {
    const refused = error instanceof MailProblem && error.code === 'authentication' && 'accessToken' in credentials;
    if (!refused) throw error;
  }
  return await attempt(await server.credentials(credentials));
}
