/** Versions of the service plan, made ready for counting. A version never changes, so what was read stays. */
import {
  HubError,
  servicePlan,
  type BusinessCalendar,
  type PlanVersion,
  type ServicePlan,
  type SettingName,
} from '@patchbay/contracts';
import type { OpeningHours } from '@patchbay/domain';
import type { WorkingTime } from '@patchbay/domain/calendar/business-time';
import type { PlanBook } from '@patchbay/domain/sla/clocks';
import { defaultPlan } from '@patchbay/domain/sla/policy';
import type { Queryable } from '@patchbay/store';
import { insertPlan, newestPlan, newestPlanNumber, readPlans } from '@patchbay/store/queries/service-plans';
import { beginClockRun } from '@patchbay/store/queries/clock-runs';
import { isDeepStrictEqual } from 'node:util';
import type { Parts } from '../parts.ts';
import { changeSetting, type ChangingCall } from '../setting-changes.ts';
import { workingTimes } from './working-times.ts';

interface ReadyPlan {
  readonly plan: ServicePlan;
  readonly times: ReadonlyMap<string, WorkingTime>;
}

type Version = number;
const ready = new WeakMap<Parts['db'], Map<Version, ReadyPlan>>();

function keptOf(db: Parts['db']): Map<Version, ReadyPlan> {
  const kept = ready.get(db) ?? new Map<Version, ReadyPlan>();
  ready.set(db, kept);
  return kept;
}

async function makeReady({ plan }: PlanVersion): Promise<ReadyPlan> {
  const parsed = servicePlan.parse(plan);
  const times = await workingTimes(parsed.calendars);
  return { plan: parsed, times: new Map(times.map((time) => [time.calendar.key, time])) };
}

/** The book with these versions in it, and the newest. */
export async function openBook(
  db: Parts['db'],
  sql: Queryable,
  versions: Iterable<number>,
): Promise<PlanBook & { readonly newest: { readonly version: number; readonly plan: ServicePlan } }> {
  const kept = keptOf(db);
  const newest = await newestPlanNumber(sql);
  const missing = [...new Set([...versions, newest])].filter((version) => !kept.has(version));
  if (missing.length > 0)
    for (const read of await readPlans(sql, missing)) kept.set(read.version, await makeReady(read));
  const of = (version: number): ReadyPlan => {
    const found = kept.get(version);
    if (!found) throw new HubError('internal', `There is no version ${version} of the service plan`);
    return found;
  };
  const policy: PlanBook['policy'] = ({ version, policyId }) =>
    of(version).plan.policies.find(({ id }) => id === policyId) ?? null;
  return {
    policy,
    time(choice) {
      const { plan, times } = of(choice.version);
      return times.get(policy(choice)?.calendar ?? plan.defaultCalendar) as WorkingTime;
    },
    newest: { version: newest, plan: of(newest).plan },
  };
}

/** The calendars of a version by their keys, and which of them is the centre's. */
export async function readCalendars(
  db: Parts['db'],
  sql: Queryable,
  version: number,
): Promise<{ times: ReadonlyMap<string, WorkingTime>; centre: string }> {
  const kept = keptOf(db);
  if (!kept.has(version)) for (const read of await readPlans(sql, [version])) kept.set(version, await makeReady(read));
  const found = kept.get(version);
  if (!found) throw new HubError('internal', `There is no version ${version} of the service plan`);
  return { times: found.times, centre: found.plan.defaultCalendar };
}

const configured = 'configured';

export function calendarOf({ timeZone, intervals }: OpeningHours): BusinessCalendar {
  return {
    key: configured,
    nameEn: 'Opening hours',
    nameZh: '营业时间',
    timeZone,
    intervals: intervals.map((interval) => ({ ...interval })),
    holidays: null,
    days: [],
  };
}

/**
 * Makes the first version, and has the clocks of open tickets begun. Later the calendar of the configuration follows the configuration
 * until a manager has edited it.
 */
export async function seedPlan(parts: Pick<Parts, 'db' | 'openingHours'>): Promise<void> {
  const calendar = calendarOf(parts.openingHours);
  const note = 'From the configuration';
  await parts.db.transaction(async (tx) => {
    const newest = await newestPlan(tx);
    if (!newest) {
      if (!(await insertPlan(tx, { basedOn: 0, plan: defaultPlan(calendar), note, agentId: null }))) return;
      await beginClockRun(tx, { kind: 'rebuild', version: 1, reason: note, counts: noCounts, agentId: null });
      return;
    }
    const { version, plan } = newest;
    const present = plan.calendars.find(({ key }) => key === configured);
    if (newest.publishedBy !== null || !present || isDeepStrictEqual(present, calendar)) return;
    const calendars = plan.calendars.map((one) => (one.key === configured ? calendar : one));
    await insertPlan(tx, { basedOn: version, plan: { ...plan, calendars }, note, agentId: null });
  });
}

export const noCounts = { moved: 0, earlier: 0, later: 0, breaching: 0, added: 0, dropped: 0, sample: [] };

/** @throws HubError `conflict` when another version was published meanwhile */
export async function publishPlan(
  call: ChangingCall,
  setting: {
    readonly setting: SettingName;
    readonly key: string | null;
    readonly part: (plan: ServicePlan) => object | null;
  },
  { basedOn, note }: { basedOn: number; note: string },
  change: (plan: ServicePlan) => ServicePlan,
): Promise<PlanVersion> {
  const read = async (tx: Queryable) => {
    const newest = await newestPlan(tx);
    return newest ? setting.part(newest.plan) : null;
  };
  await changeSetting(call, { ...setting, read }, async (tx) => {
    const newest = await newestPlan(tx);
    const parsed = servicePlan.safeParse(change((newest as PlanVersion).plan));
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      throw new HubError('invalid_input', `${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`);
    }
    const agentId = call.principal.agentId;
    if (!(await insertPlan(tx, { basedOn, plan: parsed.data, note, agentId })))
      throw new HubError('conflict', 'Another version was published meanwhile; look at it first');
  });
  return (await newestPlan(call.parts.db.sql)) as PlanVersion;
}
