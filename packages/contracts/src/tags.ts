/** Words that agents and rules put on tickets, to find and to count them by. */
import { z } from 'zod';

/** How many a ticket can have. */
export const mostTags = 30;

/** One spelling for each: full and half width, case and blanks make no difference. */
export const normalTag = (text: string): string =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[\s,，]+/gu, ' ')
    .trim();

/** Letters, digits and what joins them, of any script. */
export const ticketTag = z
  .string()
  .max(200)
  .transform(normalTag)
  .pipe(
    z
      .string()
      .min(1)
      .max(50)
      .regex(/^[\p{L}\p{N}][\p{L}\p{N}\p{M} _.:/#+-]*$/u, 'Letters, digits and - _ . : / # +'),
  );
const some = z.array(ticketTag).max(mostTags);

export const tagChange = z.object({ add: some.default([]), remove: some.default([]) });
/** The beginning of a tag. */
export const tagQuery = z.object({ q: z.string().max(50).transform(normalTag).optional() });
export const tagList = z.object({ items: z.array(z.string()), nextCursor: z.null() });
