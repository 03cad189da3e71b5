import {
  floorAgent,
  floorSettings,
  floorWaiting,
  page,
  staffing,
  whisper,
  type FloorAgent,
  type FloorSettings,
  type FloorWaiting,
  type StaffingQuery,
} from '@patchbay/contracts';
import { nothing, type Reader, type Send } from './http.ts';

const agents = page(floorAgent);
const waiting = page(floorWaiting);
const whispers = page(whisper).pick({ items: true });
export type StaffingAsked = Partial<StaffingQuery> & Pick<StaffingQuery, 'week'>;

async function all<T>(
  send: Send,
  path: string,
  reader: Reader<{ items: T[]; nextCursor: string | null }>,
  ids?: string[],
) {
  const items: T[] = [];
  for (let cursor: string | undefined; ;) {
    const found = await send('GET', path, reader, { query: { cursor, ids: ids?.join(',') } });
    items.push(...found.items);
    if (found.nextCursor === null) return items;
    cursor = found.nextCursor;
  }
}

/** The floor and its staffing. */
export function floorCalls(send: Send) {
  return {
    /** All, or those of the ids that are there. */
    floorAgents: (ids?: string[]): Promise<FloorAgent[]> => all(send, '/floor/agents', agents, ids),
    floorWaiting: (ids?: string[]): Promise<FloorWaiting[]> => all(send, '/floor/waiting', waiting, ids),
    floorSettings: (signal?: AbortSignal) => send('GET', '/settings/floor', floorSettings, { signal }),
    setFloorSettings: (json: FloorSettings) => send('PUT', '/settings/floor', floorSettings, { json }),
    listen: (ticketId: string) => send('POST', `/tickets/${ticketId}/listen`, nothing),
    whisper: (ticketId: string, text: string, key: string) =>
      send('POST', `/tickets/${ticketId}/whispers`, whisper, { json: { text }, headers: { 'idempotency-key': key } }),
    whispers: async (ticketId: string, signal?: AbortSignal) =>
      (await send('GET', `/tickets/${ticketId}/whispers`, whispers, { signal })).items,
    staffing: (asked: StaffingAsked, signal?: AbortSignal) =>
      send('GET', '/staffing', staffing, { query: { ...asked }, signal }),
  };
}
