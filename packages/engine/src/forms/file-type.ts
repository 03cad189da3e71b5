/** The media type of a file by its first bytes (WHATWG MIME Sniffing, 6): what a visitor's browser says of a file is only a claim. */

const signatures: readonly (readonly [type: string, offset: number, bytes: string])[] = [
  ['image/png', 0, '\x89PNG\r\n\x1a\n'],
  ['image/jpeg', 0, '\xff\xd8\xff'],
  ['image/gif', 0, 'GIF87a'],
  ['image/gif', 0, 'GIF89a'],
  ['image/webp', 8, 'WEBPVP'],
  ['image/bmp', 0, 'BM'],
  ['application/pdf', 0, '%PDF-'],
  ['audio/mpeg', 0, 'ID3'],
  ['audio/ogg', 0, 'OggS\0'],
  ['audio/wav', 8, 'WAVE'],
  ['image/heic', 4, 'ftypheic'],
  ['image/avif', 4, 'ftypavif'],
  ['video/mp4', 4, 'ftyp'],
  ['video/webm', 0, '\x1aE\xdf\xa3'],
  ['application/gzip', 0, '\x1f\x8b\x08'],
  ['application/zip', 0, 'PK\x03\x04'],
];

/** Office documents are ZIP archives: their ending says which, and none of them is shown in a browser. */
const archives: Readonly<Record<string, string>> = {
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  pptx: 'application/vnd.openxmlformats-officedocument.presentationml.presentation',
};

export function fileTypeOf(bytes: Uint8Array, filename: string): string {
  const head = Buffer.from(bytes.subarray(0, 32)).toString('latin1');
  const type = signatures.find(([, offset, signature]) => head.startsWith(signature, offset))?.[0];
  if (type === 'application/zip') return archives[filename.split('.').at(-1)?.toLowerCase() ?? ''] ?? type;
  return type ?? (isText(bytes) ? 'text/plain' : 'application/octet-stream');
}

/** UTF-8 without control characters other than those of a text. */
function isText(bytes: Uint8Array): boolean {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return text !== '' && !/[^\P{Cc}\s]/u.test(text);
  } catch {
    return false;
  }
}
