/** Of the files of a message, the one that its channel does not carry as it is. */
import type { StoredFile } from '@patchbay/contracts';
import type { FileLimits } from './channel.ts';

export const largePicture = <F extends Pick<StoredFile, 'contentType' | 'size'>>(
  { pictureBytes = Infinity }: FileLimits,
  files: readonly F[],
): F | undefined => files.find(({ contentType, size }) => contentType.startsWith('image/') && size > pictureBytes);

/** The first beside which text would be lost. */
export const carriesNoText = <F extends Pick<StoredFile, 'contentType'>>(
  { withText }: FileLimits,
  files: readonly F[],
): F | undefined => files.find(({ contentType }) => withText?.includes(contentType) === false);
