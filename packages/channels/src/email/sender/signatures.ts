/** The DKIM signatures of a mail, each judged with the key that its domain publishes. */
import type { DKIMVerifyResult } from 'mailauth';
import { DkimVerifier } from 'mailauth/lib/dkim/dkim-verifier.js';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setImmediate } from 'node:timers/promises';
import type { MailDns } from './mail-dns.ts';

/** Bytes that are hashed in one turn of the event loop. */
const pieceSize = 65_536;

/** Asks for all keys as soon as the head is read: asked for one after another, slow ones would leave no time for those behind them. */
class KeysAtOnce extends DkimVerifier {
  override async messageHeaders(headers: unknown): Promise<void> {
    await super.messageHeaders(headers);
    for (const { type, selector, signingDomain, hashAlgo, skip, invalid } of this.signatureHeaders) {
      if (skip !== undefined || invalid !== undefined) continue;
      const options = { strict: false, ...(hashAlgo !== undefined && { hashAlgo }) };
      void this.keyCache.get(type, `${selector}._domainkey.${signingDomain}`, undefined, options);
    }
  }
}

/** With the authors whom the check has read, in how many fields. */
export async function checkSignatures(
  raw: Uint8Array,
  sender: string,
  resolver: MailDns,
): Promise<Pick<DKIMVerifyResult, 'headerFrom' | 'fromFields' | 'results'>> {
  const check = new KeysAtOnce({ resolver, sender });
  await pipeline(Readable.from(piecesOf(raw)), check);
  return check;
}

/** Bytes: some leave out the line end behind the last line. */
const lineEnd = 2;

/** Bytes of the text that a signature leaves out (RFC 6376 §3.5, `l=`); undefined where it covers all that can be read. Empty lines at the end do not count. */
export function unsignedIn({ status }: DKIMVerifyResult['results'][number]): number | undefined {
  const { underSized = 0 } = status;
  return underSized > lineEnd ? underSized : undefined;
}

async function* piecesOf({ buffer, byteOffset, byteLength }: Uint8Array): AsyncGenerator<Buffer> {
  for (let at = 0; at < byteLength; at += pieceSize) {
    yield Buffer.from(buffer, byteOffset + at, Math.min(pieceSize, byteLength - at));
    await setImmediate();
  }
}
