import { randomUUID } from 'node:crypto';
import { HubError, type BoardLinkWithUrl, type SavedBoard } from '@patchbay/contracts';
import type { Queryable } from '@patchbay/store';
import {
  deleteWallboard,
  deleteWallboardLink,
  insertWallboard,
  insertWallboardLink,
  listWallboardLinks,
  listWallboards,
  readWallboardLayout,
  readWallboardLink,
  updateWallboard,
} from '@patchbay/store/queries/wallboards';
import { z } from 'zod';
import { changeSetting, type Setting } from '../../setting-changes.ts';
import { linkSecret } from '../../wallboard/link.ts';
import { route } from '../route.ts';

const tag = 'Figures';
const byId = z.object({ id: z.uuid() });

async function boardOf(sql: Queryable, id: string): Promise<SavedBoard> {
  const board = await readWallboardLayout(sql, id);
  if (!board) throw new HubError('not_found', 'There is no such wallboard');
  return board;
}

const boardSetting = (id: string): Setting => ({
  setting: 'wallboard',
  key: id,
  read: (tx) => readWallboardLayout(tx, id),
});
const linkSetting = (id: string): Setting => ({
  setting: 'wallboard-link',
  key: id,
  read: (tx) => readWallboardLink(tx, id),
});

const taken = () => new HubError('conflict', 'There is a wallboard of this name, or there are too many');

export const wallboardRoutes = [
  route({
    method: 'get',
    path: '/wallboards',
    summary: 'Wallboards by name, with their layouts',
    tag,
    access: 'agent',
    answer: 'SavedBoardPage',
    handle: async ({ parts }) => ({ items: await listWallboards(parts.db.sql), nextCursor: null }),
  }),
  route({
    method: 'post',
    path: '/wallboards',
    summary: 'Make a wallboard',
    tag,
    access: 'manager',
    body: 'BoardLayout',
    answer: 'SavedBoard',
    status: 201,
    creates: true,
    async handle(call) {
      const id = randomUUID();
      await changeSetting(call, boardSetting(id), async (tx) => {
        if (!(await insertWallboard(tx, id, call.body))) throw taken();
      });
      return boardOf(call.parts.db.sql, id);
    },
  }),
  route({
    method: 'put',
    path: '/wallboards/:id',
    summary: 'Lay a wallboard out anew; televisions follow at once',
    tag,
    access: 'manager',
    params: byId,
    body: 'BoardLayout',
    answer: 'SavedBoard',
    async handle(call) {
      const { id } = call.params;
      await changeSetting(call, boardSetting(id), async (tx) => {
        await boardOf(tx, id);
        if (!(await updateWallboard(tx, id, call.body))) throw taken();
      });
      return boardOf(call.parts.db.sql, id);
    },
  }),
  route({
    method: 'delete',
    path: '/wallboards/:id',
    summary: 'Take a wallboard away, with its links',
    tag,
    access: 'manager',
    params: byId,
    async handle(call) {
      const { id } = call.params;
      if (!(await changeSetting(call, boardSetting(id), (tx) => deleteWallboard(tx, id))))
        throw new HubError('not_found', 'There is no such wallboard');
    },
  }),
  route({
    method: 'get',
    path: '/wallboards/:id/links',
    summary: 'The links of a wallboard, without their secrets',
    tag,
    access: 'manager',
    params: byId,
    answer: 'BoardLinkPage',
    async handle({ parts, params }) {
      await boardOf(parts.db.sql, params.id);
      return { items: await listWallboardLinks(parts.db.sql, params.id), nextCursor: null };
    },
  }),
  route({
    method: 'post',
    path: '/wallboards/:id/links',
    summary: 'Make a read-only link for a television; its address is told once',
    tag,
    access: 'manager',
    params: byId,
    body: 'BoardLinkWrite',
    answer: 'BoardLinkWithUrl',
    status: 201,
    creates: true,
    async handle(call): Promise<BoardLinkWithUrl> {
      const { parts, params, body } = call;
      if (Date.parse(body.expiresAt) <= parts.now().getTime())
        throw new HubError('invalid_input', 'expiresAt: it is over already');
      const id = randomUUID();
      const expiresAt = new Date(body.expiresAt).toISOString();
      await changeSetting(call, linkSetting(id), async (tx) => {
        await boardOf(tx, params.id);
        if (!(await insertWallboardLink(tx, { ...body, id, wallboardId: params.id, expiresAt })))
          throw new HubError('conflict', 'This wallboard has too many links');
      });
      const link = await readWallboardLink(parts.db.sql, id);
      if (!link) throw new HubError('not_found', 'The link was revoked meanwhile');
      return { ...link, url: `${parts.config.publicUrl}/tv#${linkSecret(parts.signingKey, link)}` };
    },
  }),
  route({
    method: 'delete',
    path: '/wallboard-links/:id',
    summary: 'Revoke a link: whoever has it open is shown nothing any more',
    tag,
    access: 'manager',
    params: byId,
    async handle(call) {
      const { id } = call.params;
      if (!(await changeSetting(call, linkSetting(id), (tx) => deleteWallboardLink(tx, id))))
        throw new HubError('not_found', 'There is no such link');
    },
  }),
];
