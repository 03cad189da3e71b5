import { HubError, type page } from '@patchbay/contracts';
import type { Cut, Slice } from '@patchbay/store/queries/paging';
import { z } from 'zod';

/** Keys by which lists are cut. */
export const idKey = z.uuid();
export const countKey = z.int().min(0);
/** Microseconds since 1970 and what tells apart rows of one moment. */
export const momentKey = z.tuple([z.int(), z.string().max(200)]);
/** Priority, microseconds since 1970, and the ticket's id. */
export const waitingKey = z.tuple([z.int(), z.int(), z.uuid()]);
export const wordKey = z.string();
/** A place that was given to it, and its key. */
export const placeKey = z.tuple([z.int(), z.string()]);
export const nameKey = z.tuple([z.string(), z.string()]);

/** A key as a client carries it: opaque, and safe in a URL. */
export function encodeCursor(key: unknown): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url');
}

/** @throws HubError `invalid_input` for anything that {@link encodeCursor} did not make from such a key */
export function decodeCursor<T>(schema: z.ZodType<T>, cursor: string): T {
  const parsed = schema.safeParse(json(Buffer.from(cursor, 'base64url').toString()));
  if (!parsed.success)
    throw new HubError('invalid_input', 'cursor: not one that this list gave out', {
      issues: [{ path: 'cursor', message: 'Unknown cursor' }],
    });
  return parsed.data;
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Reads `limit` and `cursor` of a request. */
export function sliceOf<T>(schema: z.ZodType<T>, query: { limit: number; cursor?: string | undefined }): Slice<T> {
  return { limit: query.limit, after: query.cursor ? decodeCursor(schema, query.cursor) : null };
}

/** A page as the API answers it. */
export function pageOf<T>(found: Cut<T, unknown>): z.infer<ReturnType<typeof page<z.ZodType<T>>>> {
  return { items: found.items, nextCursor: found.next === null ? null : encodeCursor(found.next) };
}
