/** Files of customers and agents on their way to a browser: shown only where nothing in them can run. */
import { plainLine } from '@patchbay/contracts';
import { isDrawnPicture } from '@patchbay/contracts/pictures';
import type { Request, Response } from 'express';

/** Types that a browser shows without running anything in them; HTML and SVG are not among them. */
const shownTypes = /^(?:audio\/[\w.+-]+|video\/(?:mp4|webm)|application\/pdf|text\/plain)$/;
const mediaType = /^[\w.+-]{1,100}\/[\w.+-]{1,100}$/;

/** The media type of a header or a mail part, without parameters; anything malformed is plain bytes. */
export function mediaTypeOf(given: string | undefined): string {
  const type = (given ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
  return mediaType.test(type) ? type : 'application/octet-stream';
}

/** A file name from a header, which carries it percent-encoded since header fields are ASCII (RFC 9110, 5.5). */
export function filenameOf(given: string | undefined): string {
  const name =
    decoded(given ?? '')
      .toWellFormed()
      .split(/[/\\]/)
      .at(-1) ?? '';
  const plain = plainLine(name.replaceAll(/\p{Cc}|\p{Bidi_Control}/gu, ''));
  // The end is kept, since it says what the file is; `toWellFormed` mends a character that was cut in two.
  return plain.slice(-200).toWellFormed() || 'file';
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** `Content-Disposition` with the name in both of its spellings (RFC 6266). */
export function disposition(kind: 'inline' | 'attachment', filename: string): string {
  const ascii = filename.replaceAll(/[^\w .()-]/g, '_');
  const encoded = encodeURIComponent(filename.toWellFormed()).replaceAll(
    /['()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `${kind}; filename="${ascii}"; filename*=UTF-8''${encoded}`;
}

interface NamedFile {
  readonly filename: string;
  readonly contentType: string;
  readonly sha256: string;
}

/**
 * Answers a file, or the part of it that a player asks for. Its bytes never change, so the browser may keep them; not so those of a file that
 * is shown in part (`whole` false).
 */
export function sendFile(request: Request, response: Response, file: NamedFile, bytes: Buffer, whole = true): void {
  const type = mediaTypeOf(file.contentType);
  const shown = isDrawnPicture(type) || shownTypes.test(type);
  // A PDF is drawn by the browser's own viewer, which does not start in a sandbox.
  const policy =
    type === 'application/pdf'
      ? "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'"
      : "default-src 'none'; sandbox";
  response.set({
    'content-type': shown ? (type === 'text/plain' ? 'text/plain; charset=utf-8' : type) : 'application/octet-stream',
    'content-disposition': disposition(shown ? 'inline' : 'attachment', file.filename),
    'content-security-policy': `${policy}; frame-ancestors 'self'`,
    'x-content-type-options': 'nosniff',
    ...(whole
      ? { 'cache-control': 'private, max-age=86400, immutable', etag: `"${file.sha256}"` }
      : { 'cache-control': 'private, no-store' }),
    'accept-ranges': 'bytes',
  });
  sendRange(request, response, bytes);
}

function sendRange(request: Request, response: Response, bytes: Buffer): void {
  const range = request.range(bytes.byteLength, { combine: true });
  // Several ranges at once, or a malformed header, are answered with the whole (RFC 9110, 14.2).
  const [only] = Array.isArray(range) && range.type === 'bytes' && range.length === 1 ? range : [];
  if (range === -1) response.status(416).set('content-range', `bytes */${bytes.byteLength}`).end();
  else if (!only) response.status(200).send(bytes);
  else {
    response.status(206).set('content-range', `bytes ${only.start}-${only.end}/${bytes.byteLength}`);
    response.send(bytes.subarray(only.start, only.end + 1));
  }
}

/** Answers raw bytes as something to keep, never to look at in the browser. */
export function sendDownload(response: Response, filename: string, type: string, bytes: Uint8Array): void {
  response.set({
    'content-type': mediaTypeOf(type),
    'content-disposition': disposition('attachment', filename),
    'content-security-policy': "default-src 'none'; sandbox",
    'x-content-type-options': 'nosniff',
  });
  response.send(Buffer.from(bytes));
}
