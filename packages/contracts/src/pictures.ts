/** Types of pictures that every browser draws: the hub gives them as what they are, anything else as a file to save. */
export const isDrawnPicture = (contentType: string): boolean =>
  /^image\/(?:png|jpe?g|gif|webp|avif|bmp)$/i.test(contentType);
