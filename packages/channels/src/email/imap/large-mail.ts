/**
 * Mails too large to be held while they come: they are asked for piece by piece and laid in a file, so that they take no memory however
 * slowly their server sends them, and nobody waits for that.
 */
import { randomUUID } from 'node:crypto';
import { type FileHandle, open, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FetchMessageObject, ImapFlow } from 'imapflow';
import { MailProblem } from '../../mailbox.ts';
import { mailSizeLimit } from '../inlet.ts';
import { answered } from './connection.ts';
import { pieceBytes } from './plan.ts';

/** A mail in a file that has no name any more: it is gone with the process, whatever ends it. */
export class LaidMail implements AsyncDisposable {
  /** Bytes that are there by now. */
  length = 0;
  private readonly file: FileHandle;

  private constructor(file: FileHandle) {
    this.file = file;
  }

  /** Rejects with a {@link MailProblem}, as all of it does. */
  static async begin(): Promise<LaidMail> {
    const path = join(tmpdir(), `patchbay-mail-${randomUUID()}`);
    const file = await open(path, 'wx+', 0o600).catch(noRoom);
    await unlink(path).catch(() => undefined);
    return new LaidMail(file);
  }

  async add(piece: Buffer): Promise<void> {
    for (let done = 0; done < piece.length;) {
      const rest = piece.length - done;
      done += (await this.file.write(piece, done, rest, this.length + done).catch(noRoom)).bytesWritten;
    }
    this.length += piece.length;
  }

  async read(): Promise<Buffer> {
    const whole = Buffer.allocUnsafe(this.length);
    for (let done = 0; done < whole.length;) {
      const { bytesRead } = await this.file.read(whole, done, whole.length - done, done).catch(noRoom);
      if (bytesRead === 0) throw new MailProblem('hub', noFile);
      done += bytesRead;
    }
    return whole;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.file.close().catch(() => undefined);
  }
}

/** Where a piece begins, as the server tells it (`BODY[]<n>`, RFC 9051 §7.5.2); imapflow keeps it beside the fields that it names. */
const originOf = (found: FetchMessageObject): number | undefined =>
  (found as { readonly partialOrigins?: ReadonlyMap<string, number> }).partialOrigins?.get('');

const noFile = 'The mail could not be taken in: the folder for temporary files failed or is full';
const noRoom = (cause: unknown): never => {
  throw new MailProblem('hub', noFile, cause);
};

/**
 * Asks for a mail by partial fetches (RFC 9051 §6.4.5). `size`: as the server tells it; not every server knows it to the byte. Null when it
 * hands none of it out so: the mail is gone, or to be asked for as a whole. Ends early when it turns out to be larger than any mail may be.
 */
export async function layMail(
  client: ImapFlow,
  { uid, size }: { readonly uid: number; readonly size: number },
  withinMs: number,
): Promise<LaidMail | null> {
  await using stack = new AsyncDisposableStack();
  const mail = stack.use(await LaidMail.begin());
  while (mail.length <= mailSizeLimit) {
    const source = { start: mail.length, maxLength: pieceBytes };
    const asked = client.fetchOne(String(uid), { uid: true, source }, { uid: true });
    const found = await answered(client, asked, withinMs);
    const piece = (found && found.source) || null;
    // What begins elsewhere belongs elsewhere; where no beginning is told it is the whole mail, or the piece that was asked for.
    if (found && (originOf(found) ?? mail.length) !== mail.length && piece?.length) return null;
    // Past the end it is an empty piece, or none; before it the mail is gone, for which an empty one stands as well (RFC 2180 §4.1.3).
    if (!piece || piece.length === 0) {
      if (mail.length < size) return null;
      break;
    }
    // One that knows no pieces hands out the whole.
    if (piece.length > pieceBytes && mail.length > 0) return null;
    await mail.add(piece);
    // A short piece is the last one only when all is there: what is deleted afterwards must have come whole.
    if (piece.length !== pieceBytes && mail.length >= size) break;
  }
  if (mail.length === 0) return null;
  stack.move();
  return mail;
}
