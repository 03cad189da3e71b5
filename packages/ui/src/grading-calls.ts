import {
  customerGrading,
  customerMove,
  gradingRun,
  gradingVersion,
  guard,
  guardSettings,
  page,
  segment,
  segmentMember,
  timeliness,
  type GradingPolicy,
  type SegmentDraft,
} from '@patchbay/contracts';
import { nothing, type Send } from './http.ts';

type Cursor = string | null | undefined;
const segments = page(segment).pick({ items: true });

/** Grades, segments and the contact guard. */
export function gradingCalls(send: Send) {
  const of = (customerId: string, what: string) => `/customers/${customerId}/${what}`;
  return {
    grading: (signal?: AbortSignal) => send('GET', '/grading', gradingVersion, { signal }),
    gradingVersions: (cursor: Cursor, signal?: AbortSignal) =>
      send('GET', '/grading/versions', page(gradingVersion), { query: { cursor: cursor ?? undefined }, signal }),
    publishGrading: (json: { policy: GradingPolicy; basedOn: number; note: string }) =>
      send('POST', '/grading/versions', gradingVersion, { json }),
    previewGrading: (policy: GradingPolicy) => send('POST', '/grading/previews', gradingRun, { json: { policy } }),
    gradingRun: (id: string, signal?: AbortSignal) => send('GET', `/grading/runs/${id}`, gradingRun, { signal }),
    lastGradingRun: async (signal?: AbortSignal) =>
      (await send('GET', '/grading/runs', page(gradingRun), { query: { kind: 'applied', limit: 1 }, signal }))
        .items[0] ?? null,
    startGrading: () => send('POST', '/grading/runs', gradingRun),
    timeliness: (days: number, signal?: AbortSignal) =>
      send('GET', '/grading/timeliness', timeliness, { query: { days }, signal }),
    customerGrading: (id: string, signal?: AbortSignal) => send('GET', of(id, 'grading'), customerGrading, { signal }),
    customerMoves: (id: string, cursor: Cursor, signal?: AbortSignal) =>
      send('GET', of(id, 'moves'), page(customerMove), { query: { limit: 20, cursor: cursor ?? undefined }, signal }),
    setDedicatedAgent: (id: string, agentId: string | null) =>
      send('PUT', of(id, 'dedicated-agent'), customerGrading, { json: { agentId } }),
    segments: async (signal?: AbortSignal) => (await send('GET', '/segments', segments, { signal })).items,
    createSegment: (json: SegmentDraft) => send('POST', '/segments', segment, { json }),
    updateSegment: ({ key, ...json }: SegmentDraft) => send('PUT', `/segments/${key}`, segment, { json }),
    deleteSegment: (key: string) => send('DELETE', `/segments/${key}`, nothing),
    segmentMembers: (key: string, cursor: Cursor, signal?: AbortSignal) =>
      send('GET', `/segments/${key}/members`, page(segmentMember), { query: { cursor: cursor ?? undefined }, signal }),
    guard: (customerId: string, signal?: AbortSignal) => send('GET', of(customerId, 'guard'), guard, { signal }),
    guardSettings: (signal?: AbortSignal) => send('GET', '/settings/contact-guard', guardSettings, { signal }),
    setGuardSettings: (hours: number) => send('PUT', '/settings/contact-guard', guardSettings, { json: { hours } }),
  };
}
