import { HubError, type Skill, type Team } from '@patchbay/contracts';
import type { Queryable } from '@patchbay/store';
import { databaseErrorCode } from '@patchbay/store';
import { nextId } from '@patchbay/store/queries/setting-changes';
import {
  deleteSkill,
  deleteTeam,
  insertSkill,
  insertTeam,
  listSkills,
  listTeams,
  readSkill,
  readTeam,
  renameSkill,
  updateTeam,
} from '@patchbay/store/queries/teams';
import { z } from 'zod';
import { unknownReference } from '../../auth/agents.ts';
import { readPresenceReasons, writePresenceReasons } from '../../pipeline/presence-reasons.ts';
import { changeSetting, type Setting } from '../../setting-changes.ts';
import { route } from '../route.ts';

const tag = 'Team';
const byId = z.object({ id: z.uuid() });

const skillSetting = (id: string): Setting => ({ setting: 'skill', key: id, read: (tx) => readSkill(tx, id) });
const teamSetting = (id: string): Setting => ({ setting: 'team', key: id, read: (tx) => readTeam(tx, id) });
const reasonsSetting: Setting = { setting: 'presence-reasons', key: null, read: (tx) => readPresenceReasons(tx) };

const noSkill = () => new HubError('not_found', 'There is no such skill');
const noTeam = () => new HubError('not_found', 'There is no such team');
const taken = (what: string) => new HubError('conflict', `There is a ${what} of this name`);

const refuse =
  (what: string) =>
  (error: unknown): never => {
    if (databaseErrorCode(error) === '23505') throw taken(what);
    return unknownReference(error);
  };

async function found<T>(read: Promise<T | null>, missing: () => HubError): Promise<T> {
  const row = await read;
  if (row === null) throw missing();
  return row;
}
const skillOf = (sql: Queryable, id: string): Promise<Skill> => found(readSkill(sql, id), noSkill);
const teamOf = (sql: Queryable, id: string): Promise<Team> => found(readTeam(sql, id), noTeam);

const skillRoutes = [
  route({
    method: 'get',
    path: '/skills',
    summary: 'What agents can be good at',
    tag,
    access: 'agent',
    answer: 'SkillPage',
    handle: async ({ parts }) => ({ items: await listSkills(parts.db.sql), nextCursor: null }),
  }),
  route({
    method: 'post',
    path: '/skills',
    summary: 'Add a skill',
    tag,
    access: 'manager',
    body: 'SkillCreate',
    answer: 'Skill',
    status: 201,
    creates: true,
    async handle(call) {
      const id = await nextId(call.parts.db.sql);
      const skill = { id, name: call.body.name };
      await changeSetting(call, skillSetting(id), async (tx) => {
        if (!(await insertSkill(tx, skill))) throw taken('skill');
      });
      return skill;
    },
  }),
  route({
    method: 'put',
    path: '/skills/:id',
    summary: 'Rename a skill',
    tag,
    access: 'manager',
    params: byId,
    body: 'SkillUpdate',
    answer: 'Skill',
    async handle(call) {
      const { parts, params, body } = call;
      await changeSetting(call, skillSetting(params.id), async (tx) => {
        if (!(await renameSkill(tx, { id: params.id, name: body.name }))) throw noSkill();
      }).catch(refuse('skill'));
      return skillOf(parts.db.sql, params.id);
    },
  }),
  route({
    method: 'delete',
    path: '/skills/:id',
    summary: 'Take a skill away that no queue asks for; agents lose it',
    tag,
    access: 'manager',
    params: byId,
    async handle(call) {
      const { id } = call.params;
      const deleted = await changeSetting(call, skillSetting(id), (tx) => deleteSkill(tx, id)).catch(
        (error: unknown) => {
          if (databaseErrorCode(error) === '23503') throw new HubError('conflict', 'A queue asks for the skill');
          throw error;
        },
      );
      if (!deleted) throw noSkill();
    },
  }),
];

export const teamRoutes = [
  ...skillRoutes,
  route({
    method: 'get',
    path: '/teams',
    summary: 'Teams with their members',
    tag,
    access: 'agent',
    answer: 'TeamPage',
    handle: async ({ parts }) => ({ items: await listTeams(parts.db.sql), nextCursor: null }),
  }),
  route({
    method: 'post',
    path: '/teams',
    summary: 'Add a team',
    tag,
    access: 'manager',
    body: 'TeamCreate',
    answer: 'Team',
    status: 201,
    creates: true,
    async handle(call) {
      const { parts, body } = call;
      const id = await nextId(parts.db.sql);
      await changeSetting(call, teamSetting(id), async (tx) => {
        if (!(await insertTeam(tx, id, body))) throw taken('team');
      }).catch(refuse('team'));
      return teamOf(parts.db.sql, id);
    },
  }),
  route({
    method: 'put',
    path: '/teams/:id',
    summary: 'Change a team; the queues that take it have its members from then on',
    tag,
    access: 'manager',
    params: byId,
    body: 'TeamUpdate',
    answer: 'Team',
    async handle(call) {
      const { parts, params, body } = call;
      await changeSetting(call, teamSetting(params.id), async (tx) => {
        if (!(await updateTeam(tx, params.id, body))) throw noTeam();
      }).catch(refuse('team'));
      return teamOf(parts.db.sql, params.id);
    },
  }),
  route({
    method: 'delete',
    path: '/teams/:id',
    summary: 'Take a team away; its members leave the queues that they are in only by it',
    tag,
    access: 'manager',
    params: byId,
    async handle(call) {
      const { id } = call.params;
      if (!(await changeSetting(call, teamSetting(id), (tx) => deleteTeam(tx, id)))) throw noTeam();
    },
  }),
  route({
    method: 'get',
    path: '/settings/presence-reasons',
    summary: 'Why agents are away, as the centre names it',
    tag,
    access: 'agent',
    answer: 'PresenceReasons',
    handle: ({ parts }) => readPresenceReasons(parts.db.sql),
  }),
  route({
    method: 'put',
    path: '/settings/presence-reasons',
    summary: 'Change why agents are away',
    tag,
    access: 'manager',
    body: 'PresenceReasonsUpdate',
    answer: 'PresenceReasons',
    async handle(call) {
      await changeSetting(call, reasonsSetting, (tx) => writePresenceReasons(tx, call.body));
      return readPresenceReasons(call.parts.db.sql);
    },
  }),
];
