/** How much of all mailboxes is read from the wire, and kept until it is durable, at once. */
import { mailSizeLimit } from '../inlet.ts';
import { Room } from '../room.ts';

/** Bytes: eight mails as large as the hub takes them. */
const mostRead = 8 * mailSizeLimit;
/** Bytes. What is small waits behind nothing large: a slow server with a large mail holds up no other mailbox. */
const small = 1024 * 1024;
const large = new Room(mostRead);

/** @param bytes as the server tells the sizes, before any of it is fetched; what is larger than all that may be read goes alone */
export function readInTurn<T>(bytes: number, read: () => Promise<T>): Promise<T> {
  return bytes <= small ? read() : large.run(bytes, read);
}
