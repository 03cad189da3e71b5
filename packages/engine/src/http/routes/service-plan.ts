import {
  clockRunCreate,
  HubError,
  holidayQuery,
  holidayRegionQuery,
  pageQuery,
  type PlanVersion,
} from '@patchbay/contracts';
import { beginClockRun, listClockRuns, readClockRun } from '@patchbay/store/queries/clock-runs';
import { queuesByCalendar } from '@patchbay/store/queries/queues';
import { listPlans, newestPlan, newestPlanNumber, readPlans } from '@patchbay/store/queries/service-plans';
import { z } from 'zod';
import { noCounts, publishPlan } from '../../clocks/plans.ts';
import { loadHolidays } from '../../clocks/working-times.ts';
import type { Parts } from '../../parts.ts';
import { countKey, idKey, pageOf, sliceOf } from '../cursor.ts';
import { route } from '../route.ts';
import { byId } from './tickets.ts';

const tag = 'Service targets';
const byVersion = z.object({ version: z.coerce.number().int().min(1).max(1_000_000_000) });
const byKey = z.object({ key: z.string().max(40) });

async function runOf(parts: Parts, id: string) {
  const run = await readClockRun(parts.db.sql, id);
  if (!run) throw new HubError('not_found', 'There is no such run');
  return run;
}

const planRoutes = [
  route({
    method: 'get',
    path: '/service-plan',
    summary: 'Service targets and calendars that hold for new tickets',
    tag,
    access: 'agent',
    answer: 'PlanVersion',
    handle: async ({ parts }) => (await newestPlan(parts.db.sql)) as PlanVersion,
  }),
  route({
    method: 'get',
    path: '/service-plan/versions',
    summary: 'Published versions, newest first',
    tag,
    access: 'manager',
    query: pageQuery,
    answer: 'PlanVersionPage',
    handle: async ({ parts, query }) => pageOf(await listPlans(parts.db.sql, sliceOf(countKey, query))),
  }),
  route({
    method: 'get',
    path: '/service-plan/versions/:version',
    summary: 'One published version, as it was',
    tag,
    access: 'agent',
    params: byVersion,
    answer: 'PlanVersion',
    async handle({ parts, params }) {
      const [found] = await readPlans(parts.db.sql, [params.version]);
      if (!found) throw new HubError('not_found', 'There is no such version');
      return found;
    },
  }),
  route({
    method: 'put',
    path: '/service-plan/policies',
    summary: 'Publish service targets; open tickets keep those that they have',
    tag,
    access: 'manager',
    body: 'PoliciesPublish',
    answer: 'PlanVersion',
    handle: (call) =>
      publishPlan(
        call,
        { setting: 'service-policies', key: null, part: ({ policies }) => ({ policies }) },
        call.body,
        (plan) => ({ ...plan, policies: call.body.policies }),
      ),
  }),
  route({
    method: 'put',
    path: '/service-plan/calendars/:key',
    summary: 'Add a calendar or change one; open tickets keep what they were counted by',
    tag,
    access: 'manager',
    params: byKey,
    body: 'CalendarPublish',
    answer: 'PlanVersion',
    handle(call) {
      const { calendar, isDefault } = call.body;
      const { key } = call.params;
      if (calendar.key !== key) throw new HubError('invalid_input', 'calendar.key: is another one than in the address');
      const part = (plan: PlanVersion['plan']) => plan.calendars.find((one) => one.key === key) ?? null;
      return publishPlan(call, { setting: 'calendar', key, part }, call.body, (plan) => ({
        ...plan,
        calendars: part(plan)
          ? plan.calendars.map((one) => (one.key === key ? calendar : one))
          : [...plan.calendars, calendar],
        defaultCalendar: isDefault ? key : plan.defaultCalendar,
      }));
    },
  }),
  route({
    method: 'delete',
    path: '/service-plan/calendars/:key',
    summary: 'Take a calendar away that no policy counts by and no queue is open by',
    tag,
    access: 'manager',
    params: byKey,
    query: z.object({ basedOn: z.coerce.number().int().min(1) }),
    answer: 'PlanVersion',
    async handle(call) {
      const { key } = call.params;
      const { plan } = (await newestPlan(call.parts.db.sql)) as PlanVersion;
      if (!plan.calendars.some((one) => one.key === key)) throw new HubError('not_found', 'There is no such calendar');
      if (plan.defaultCalendar === key || plan.policies.some(({ calendar }) => calendar === key))
        throw new HubError('conflict', 'Policies count by this calendar; change them first');
      if ((await queuesByCalendar(call.parts.db.sql, key)).length > 0)
        throw new HubError('conflict', 'Queues are open by this calendar; change them first');
      const part = (of: PlanVersion['plan']) => of.calendars.find((one) => one.key === key) ?? null;
      return publishPlan(
        call,
        { setting: 'calendar', key, part },
        { basedOn: call.query.basedOn, note: `Without ${key}` },
        (old) => ({ ...old, calendars: old.calendars.filter((one) => one.key !== key) }),
      );
    },
  }),
  route({
    method: 'get',
    path: '/holidays',
    summary: 'Public holidays of a country or region in a year',
    tag,
    access: 'agent',
    query: holidayQuery,
    answer: 'HolidayList',
    handle: async ({ query: { country, region, year, language } }) => {
      const { holidaysOf } = await loadHolidays();
      return { items: [...holidaysOf(country, region ?? null, year, language)] };
    },
  }),
  route({
    method: 'get',
    path: '/holiday-regions',
    summary: 'Countries whose holidays are known, and the regions of one',
    tag,
    access: 'agent',
    query: holidayRegionQuery,
    answer: 'HolidayRegions',
    handle: async ({ query: { country } }) => {
      const { holidayCountries, holidayRegions } = await loadHolidays();
      return { countries: holidayCountries(), regions: country === undefined ? [] : holidayRegions(country) };
    },
  }),
];

const runRoutes = [
  route({
    method: 'post',
    path: '/clock-runs',
    summary: 'Rebuild the clocks of open tickets, or try or apply the newest targets and calendars',
    tag,
    access: 'manager',
    body: 'ClockRunCreate',
    answer: 'ClockRun',
    status: 201,
    creates: true,
    async handle({ parts, principal, body }) {
      const version = await newestPlanNumber(parts.db.sql);
      const run = { ...clockRunCreate.parse(body), version, counts: noCounts, agentId: principal.agentId };
      const id = await beginClockRun(parts.db.sql, run);
      parts.jobs.add('run-clocks', { clockRuns: true });
      return runOf(parts, id);
    },
  }),
  route({
    method: 'get',
    path: '/clock-runs',
    summary: 'Runs over the clocks of open tickets, newest first',
    tag,
    access: 'manager',
    query: pageQuery,
    answer: 'ClockRunPage',
    handle: async ({ parts, query }) => pageOf(await listClockRuns(parts.db.sql, sliceOf(idKey, query))),
  }),
  route({
    method: 'get',
    path: '/clock-runs/:id',
    summary: 'How far a run has come, and what it has counted',
    tag,
    access: 'manager',
    params: byId,
    answer: 'ClockRun',
    handle: ({ parts, params }) => runOf(parts, params.id),
  }),
];

export const servicePlanRoutes = [...planRoutes, ...runRoutes];
