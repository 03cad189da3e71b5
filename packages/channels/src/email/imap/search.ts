import type { ImapFlow, SearchObject } from 'imapflow';
import type { MailboxServer } from '../../mailbox.ts';
import { answered, longAnswer } from './connection.ts';

/** The UIDs that match, in their order. */
export async function search(
  { client, mailbox }: { readonly client: ImapFlow; readonly mailbox: Pick<MailboxServer, 'silenceMs'> },
  query: SearchObject,
): Promise<number[]> {
  const found = await answered(client, client.search(query, { uid: true }), longAnswer(mailbox));
  // False: the server refused, which imapflow keeps to itself.
  if (!found) throw Object.assign(new Error('SEARCH was refused'), { responseStatus: 'NO' });
  return found.toSorted((a, b) => a - b);
}
