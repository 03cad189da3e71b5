/** The body of a form that a browser sends, in its two types (HTML, 4.10.21). */

/** More than any form has inputs, and files. */
const mostParts = 500;
/** Bytes of a form without files. */
const fieldsLimit = 1024 * 1024;

/**
 * Counted before they are taken apart, which for a million of them takes seconds and more.
 * @throws RangeError for more of them than a form has; TypeError for what is no form
 */
export async function readFormBody(body: Uint8Array, contentType: string): Promise<FormData> {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const type = demandFew(bytes, contentType);
  return new Response(new Uint8Array(bytes), { headers: { 'content-type': type } }).formData();
}

/** @returns the type by which the parser reads it: by the same boundary as was counted by, however it was written */
function demandFew(body: Buffer, contentType: string): string {
  if (/^application\/x-www-form-urlencoded\s*(?:;|$)/i.test(contentType)) {
    if (body.length > fieldsLimit || count(body, '&') >= mostParts) throw new RangeError('too many fields');
    return 'application/x-www-form-urlencoded';
  }
  const found = /^multipart\/form-data\s*;\s*boundary=(?:"([\w'()+,./:=?-]{1,70})"|([\w'+.-]{1,70}))\s*$/i.exec(
    contentType,
  );
  const boundary = found?.[1] ?? found?.[2];
  if (boundary === undefined) throw new TypeError('no form');
  if (count(body, `--${boundary}`) > mostParts) throw new RangeError('too many parts');
  return `multipart/form-data; boundary="${boundary}"`;
}

/** So far as it matters: no further than one more than may be. */
function count(body: Buffer, mark: string): number {
  let found = 0;
  for (let at = body.indexOf(mark); at !== -1 && found <= mostParts; at = body.indexOf(mark, at + mark.length))
    found += 1;
  return found;
}
