/**
 * Who has a customer on screen or is writing to them. Each console says so through its socket; the process writes it down and says it
 * again while the socket lives, so that all web processes know, and that what a killed one left behind grows old.
 */
import { HubError, type AttendRequest } from '@patchbay/contracts';
import {
  attendanceBeatMs,
  attendanceMarks,
  clearAttendance,
  endAttendances,
  markOf,
  touchAttendance,
  writeAttendance,
  type AttendanceRow,
} from '@patchbay/store/queries/attendance';
import { ticketNumberOf } from '@patchbay/store/queries/customer-care';
import { readCustomer } from '@patchbay/store/queries/customers';
import type { Namespace, Socket } from 'socket.io';
import type { Principal } from '../auth/principal.ts';
import { mayReadTicket } from '../http/ticket-scope.ts';
import { type Outage, outageLog } from '../outage.ts';
import type { Parts } from '../parts.ts';

/** One console shows few customers at once. */
const mostCustomers = 20;
/** So soon consoles hear of others at another web process. */
const lookMs = 2_000;

interface SocketData {
  principal: Principal;
  attends?: Record<string, AttendanceRow>;
  /** What the console says is taken in the order in which it says it. */
  attending?: Promise<unknown>;
}

const dataOf = (socket: { data: unknown }): SocketData => socket.data as SocketData;

export const customerRoom = (customerId: string): string => `customer:${customerId}`;

/** What those who have the customer on screen know of each other is out of date. */
export function tellGuard(namespace: Pick<Namespace, 'to'>, customerId: string): void {
  namespace.to(customerRoom(customerId)).emit('guard', { customerId });
}

function inTurn(socket: Socket, work: () => Promise<void>): Promise<void> {
  const data = dataOf(socket);
  const done = (data.attending ?? Promise.resolve()).then(work);
  data.attending = done.catch(() => undefined);
  return done;
}

export const attend = (parts: Parts, socket: Socket, request: AttendRequest): Promise<void> =>
  inTurn(socket, () =>
    request.state === 'gone' ? leave(parts, socket, request.customerId) : come(parts, socket, request),
  );

async function come(parts: Parts, socket: Socket, request: AttendRequest): Promise<void> {
  const { customerId, ticketId, state } = request;
  const data = dataOf(socket);
  const before = data.attends?.[customerId];
  if (!before && Object.keys(data.attends ?? {}).length >= mostCustomers)
    throw new HubError('conflict', `At most ${mostCustomers} customers at once`);
  await admit(parts, data.principal, request);
  // Whoever is gone meanwhile is nowhere.
  if (!socket.connected || state === 'gone') return;
  const since = before?.state === state ? before.since : parts.now().toISOString();
  const row = { socketId: socket.id, customerId, agentId: data.principal.agentId, ticketId, state, since };
  data.attends = { ...data.attends, [customerId]: row };
  await socket.join(customerRoom(customerId));
  await writeAttendance(parts.db.sql, [row]);
  tellGuard(socket.nsp, customerId);
}

/** Every agent may read customers; whoever names a ticket has to be one who may read it. @throws HubError `not_found` */
async function admit(parts: Parts, principal: Principal, { customerId, ticketId }: AttendRequest): Promise<void> {
  if (ticketId === null) {
    if (await readCustomer(parts.db.sql, customerId)) return;
    throw new HubError('not_found', 'There is no such customer');
  }
  const number = await ticketNumberOf(parts.db.sql, ticketId, customerId);
  if (number === null || !(await mayReadTicket(parts, principal, ticketId)))
    throw new HubError('not_found', 'There is no such ticket of this customer');
}

async function leave(parts: Parts, socket: Socket, customerId: string): Promise<void> {
  const data = dataOf(socket);
  const { [customerId]: attended, ...others } = data.attends ?? {};
  if (!attended) return;
  data.attends = others;
  await socket.leave(customerRoom(customerId));
  await endAttendances(parts.db.sql, socket.id, [customerId]);
  tellGuard(socket.nsp, customerId);
}

/** Tells the others when a socket is gone. Never fails: what cannot be taken back grows old. */
export async function endAttendance(parts: Parts, socket: Socket): Promise<void> {
  await inTurn(socket, async () => {
    const customerIds = Object.keys(dataOf(socket).attends ?? {});
    if (customerIds.length === 0) return;
    dataOf(socket).attends = {};
    await endAttendances(parts.db.sql, socket.id, customerIds);
    for (const customerId of customerIds) tellGuard(socket.nsp, customerId);
  }).catch((error: unknown) => parts.log.warn({ err: error }, 'end of an attendance not written down'));
}

/** Leaves the customers whose ticket the agent may not read any more. */
export async function recheckAttendance(parts: Parts, socket: Socket): Promise<void> {
  const { principal, attends = {} } = dataOf(socket);
  for (const [customerId, { ticketId }] of Object.entries(attends))
    if (ticketId && !(await mayReadTicket(parts, principal, ticketId)))
      await inTurn(socket, () => leave(parts, socket, customerId));
}

/** Says again what the consoles of this process show, and tells them of those at other processes. Answers how to end both. */
export function keepAttendance(parts: Parts, namespace: Namespace): () => Promise<void> {
  const words = { fails: 'attendance not kept; tried again soon', over: 'attendance is kept again' };
  const rows = () => [...namespace.sockets.values()].flatMap((socket) => Object.values(dataOf(socket).attends ?? {}));
  const timers = [
    repeated(attendanceBeatMs, () => beat(parts, rows), outageLog(parts.log, words)),
    repeated(lookMs, watchOthers(parts, namespace, rows), outageLog(parts.log, words)),
  ];
  return async () => {
    for (const timer of timers) clearInterval(timer);
    await Promise.all([...namespace.sockets.values()].map((socket) => endAttendance(parts, socket)));
  };
}

async function beat(parts: Parts, rows: () => AttendanceRow[]): Promise<void> {
  const said = rows();
  if (said.length === 0) return;
  const missing = await touchAttendance(parts.db.sql, said);
  // Looked at anew: what was left meanwhile is missing by right. The rest a database that crashed has forgotten.
  const forgotten = rows().filter(({ customerId, socketId }) => missing.has(`${customerId} ${socketId}`));
  if (forgotten.length > 0) await writeAttendance(parts.db.sql, forgotten);
  await clearAttendance(parts.db.sql);
}

/** A customer who is new on a screen is compared with what this process itself has said of them. */
function watchOthers(parts: Parts, namespace: Namespace, rows: () => AttendanceRow[]): () => Promise<void> {
  let known = new Map<string, string>();
  return async () => {
    const shown = Map.groupBy(rows(), ({ customerId }) => customerId);
    const marks = shown.size > 0 ? await attendanceMarks(parts.db.sql, [...shown.keys()]) : new Map<string, string>();
    const seen = new Map<string, string>();
    for (const [customerId, own] of shown) {
      const mark = marks.get(customerId) ?? '';
      seen.set(customerId, mark);
      if ((known.get(customerId) ?? markOf(own)) !== mark)
        namespace.local.to(customerRoom(customerId)).emit('guard', { customerId });
    }
    known = seen;
  };
}

/** Never twice at once. */
function repeated(ms: number, work: () => Promise<void>, outage: Outage): NodeJS.Timeout {
  let busy = false;
  return setInterval(() => {
    if (busy) return;
    busy = true;
    void work()
      .then(outage.worked, outage.failed)
      .finally(() => (busy = false));
  }, ms);
}
