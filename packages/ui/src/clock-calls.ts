import {
  clockRun,
  escalationRules,
  holidayList,
  holidayRegions,
  page,
  planVersion,
  ticket,
  ticketClockList,
  type BusinessCalendar,
  type ClockRun,
  type EscalationCreate,
  type EscalationRules,
  type ServicePolicy,
} from '@patchbay/contracts';
import type { Send } from './http.ts';

type Publish = { basedOn: number; note: string };

/** Calendars, service targets, clocks and escalation. */
export function clockCalls(send: Send) {
  return {
    servicePlan: (signal?: AbortSignal) => send('GET', '/service-plan', planVersion, { signal }),
    planVersions: (cursor: string | null, signal?: AbortSignal) =>
      send('GET', '/service-plan/versions', page(planVersion), {
        query: { limit: 20, cursor: cursor ?? undefined },
        signal,
      }),
    publishPolicies: (json: Publish & { policies: ServicePolicy[] }) =>
      send('PUT', '/service-plan/policies', planVersion, { json }),
    publishCalendar: (json: Publish & { calendar: BusinessCalendar; isDefault?: boolean }) =>
      send('PUT', `/service-plan/calendars/${json.calendar.key}`, planVersion, { json }),
    deleteCalendar: (key: string, basedOn: number) =>
      send('DELETE', `/service-plan/calendars/${key}`, planVersion, { query: { basedOn } }),
    holidays: async (
      query: { country: string; region?: string; year: number; language: 'en' | 'zh' },
      signal?: AbortSignal,
    ) => (await send('GET', '/holidays', holidayList, { query, signal })).items,
    holidayRegions: (country: string | undefined, signal?: AbortSignal) =>
      send('GET', '/holiday-regions', holidayRegions, { query: { country }, signal }),
    startClockRun: (json: Pick<ClockRun, 'kind' | 'reason'>) => send('POST', '/clock-runs', clockRun, { json }),
    clockRun: (id: string, signal?: AbortSignal) => send('GET', `/clock-runs/${id}`, clockRun, { signal }),
    ticketClocks: (id: string, signal?: AbortSignal) =>
      send('GET', `/tickets/${id}/clocks`, ticketClockList, { signal }),
    escalate: (id: string, json: EscalationCreate) => send('POST', `/tickets/${id}/escalate`, ticket, { json }),
    escalationRules: (signal?: AbortSignal) => send('GET', '/escalation-rules', escalationRules, { signal }),
    setEscalationRules: (json: EscalationRules) => send('PUT', '/escalation-rules', escalationRules, { json }),
  };
}
