import {
  page,
  presenceReasons,
  queueSettings,
  skill,
  team,
  transferTarget,
  waitingPlace,
  type PresenceReasons,
  type QueueWrite,
  type TeamWrite,
  type TicketTransfer,
} from '@patchbay/contracts';
import { nothing, type Send } from './http.ts';

const queues = page(queueSettings).pick({ items: true });
const skills = page(skill).pick({ items: true });
const teams = page(team).pick({ items: true });
const targets = page(transferTarget).pick({ items: true });

/** Queues, skills and teams, and handing tickets on. */
export function routingCalls(send: Send) {
  return {
    queueSettings: async (signal?: AbortSignal) => (await send('GET', '/queue-settings', queues, { signal })).items,
    createQueue: (json: QueueWrite) => send('POST', '/queues', queueSettings, { json }),
    updateQueue: (id: string, json: QueueWrite) => send('PUT', `/queues/${id}`, queueSettings, { json }),
    orderQueues: (ids: string[]) => send('PUT', '/queues/order', queues, { json: { ids } }),
    deleteQueue: (id: string) => send('DELETE', `/queues/${id}`, nothing),
    skills: async (signal?: AbortSignal) => (await send('GET', '/skills', skills, { signal })).items,
    createSkill: (name: string) => send('POST', '/skills', skill, { json: { name } }),
    renameSkill: (id: string, name: string) => send('PUT', `/skills/${id}`, skill, { json: { name } }),
    deleteSkill: (id: string) => send('DELETE', `/skills/${id}`, nothing),
    teams: async (signal?: AbortSignal) => (await send('GET', '/teams', teams, { signal })).items,
    createTeam: (json: TeamWrite) => send('POST', '/teams', team, { json }),
    updateTeam: (id: string, json: TeamWrite) => send('PUT', `/teams/${id}`, team, { json }),
    deleteTeam: (id: string) => send('DELETE', `/teams/${id}`, nothing),
    presenceReasons: (signal?: AbortSignal) => send('GET', '/settings/presence-reasons', presenceReasons, { signal }),
    setPresenceReasons: (json: PresenceReasons) => send('PUT', '/settings/presence-reasons', presenceReasons, { json }),
    transferTargets: async (ticketId: string, q: string, signal?: AbortSignal) =>
      (await send('GET', `/tickets/${ticketId}/transfer-targets`, targets, { query: { q }, signal })).items,
    transfer: (ticketId: string, json: TicketTransfer) =>
      send('POST', `/tickets/${ticketId}/transfer`, nothing, { json }),
    takeOver: (ticketId: string, reason: string) =>
      send('POST', `/tickets/${ticketId}/take-over`, nothing, { json: { reason } }),
    ticketPlace: (ticketId: string, signal?: AbortSignal) =>
      send('GET', `/tickets/${ticketId}/place`, waitingPlace, { signal }),
  };
}
