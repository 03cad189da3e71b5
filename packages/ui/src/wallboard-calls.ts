import {
  boardLink,
  boardLinkWithUrl,
  page,
  reportDefinitions,
  savedBoard,
  type BoardLayout,
  type BoardLinkWrite,
} from '@patchbay/contracts';
import { nothing, type Send } from './http.ts';

const boards = page(savedBoard).pick({ items: true });
const links = page(boardLink).pick({ items: true });

/** Wallboards, their links, and what their figures mean. */
export function wallboardCalls(send: Send) {
  return {
    wallboards: async (signal?: AbortSignal) => (await send('GET', '/wallboards', boards, { signal })).items,
    createWallboard: (json: BoardLayout) => send('POST', '/wallboards', savedBoard, { json }),
    updateWallboard: (id: string, json: BoardLayout) => send('PUT', `/wallboards/${id}`, savedBoard, { json }),
    deleteWallboard: (id: string) => send('DELETE', `/wallboards/${id}`, nothing),
    wallboardLinks: async (id: string, signal?: AbortSignal) =>
      (await send('GET', `/wallboards/${id}/links`, links, { signal })).items,
    createWallboardLink: (id: string, json: BoardLinkWrite) =>
      send('POST', `/wallboards/${id}/links`, boardLinkWithUrl, { json }),
    revokeWallboardLink: (id: string) => send('DELETE', `/wallboard-links/${id}`, nothing),
    figureDefinitions: async (signal?: AbortSignal) =>
      (await send('GET', '/reports/definitions', reportDefinitions, { signal })).items,
  };
}
