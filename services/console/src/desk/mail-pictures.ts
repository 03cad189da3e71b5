import type { Attachment } from '@patchbay/contracts';
import { isDrawnPicture } from '@patchbay/contracts/pictures';

/** The attachment that an `<img>` of a mail draws (RFC 2392); none for what the browser cannot draw. */
export function pictureOf(source: string, attachments: readonly Attachment[]): Attachment | undefined {
  if (!/^cid:/i.test(source)) return undefined;
  const id = decoded(source.slice(4));
  return attachments.find((one) => one.contentId === id && isDrawnPicture(one.contentType));
}

/** Files that stand below a mail: all of them but the pictures that are drawn in it. */
export function filesBelow(attachments: readonly Attachment[], mail: ParentNode | null): readonly Attachment[] {
  const drawn = new Set(
    [...(mail?.querySelectorAll('img[src]') ?? [])].map((image) =>
      pictureOf(image.getAttribute('src') ?? '', attachments),
    ),
  );
  return attachments.filter((one) => !(one.inline && drawn.has(one)));
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
