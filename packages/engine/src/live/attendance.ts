/**
 * Who has a customer on screen or is writing to them. It is kept on the sockets themselves, so it ends with them; with several web
 * processes it goes over Redis, as typing does.
 */
import { HubError, type AttendRequest, type GuardPresence } from '@patchbay/contracts';
import { ticketNumberOf } from '@patchbay/store/queries/customer-care';
import { readCustomer } from '@patchbay/store/queries/customers';
import type { Namespace, Socket } from 'socket.io';
import type { Principal } from '../auth/principal.ts';
import { mayReadTicket } from '../http/ticket-scope.ts';
import type { Parts } from '../parts.ts';

/** One console shows few customers at once. */
const mostCustomers = 20;

interface Attended {
  readonly ticketId: string | null;
  readonly ticketNumber: number | null;
  readonly state: 'open' | 'writing';
  readonly since: string;
}

interface SocketData {
  principal: Principal;
  attends?: Record<string, Attended>;
}

export interface Attendance {
  present(customerId: string): Promise<GuardPresence[]>;
  /** Takes the namespace whose sockets say where they are. */
  bind(namespace: Namespace): void;
}

/** Known to every part before there are sockets. */
export function createAttendance(): Attendance {
  let bound: Namespace | undefined;
  return {
    bind: (namespace) => void (bound = namespace),
    async present(customerId) {
      const sockets = (await bound?.in(customerRoom(customerId)).fetchSockets()) ?? [];
      return sockets.flatMap(({ data }) => {
        const { principal, attends } = data as SocketData;
        const attended = attends?.[customerId];
        return attended ? [{ agentId: principal.agentId, name: principal.name, ...attended }] : [];
      });
    },
  };
}

export const customerRoom = (customerId: string): string => `customer:${customerId}`;

/** What those who have the customer on screen know of each other is out of date. */
export function tellGuard(namespace: Pick<Namespace, 'to'>, customerId: string): void {
  namespace.to(customerRoom(customerId)).emit('guard', { customerId });
}

export async function attend(parts: Parts, socket: Socket, request: AttendRequest): Promise<void> {
  const { customerId } = request;
  if (request.state === 'gone') return leave(socket, customerId);
  const data = socket.data as SocketData;
  const before = data.attends?.[customerId];
  if (!before && Object.keys(data.attends ?? {}).length >= mostCustomers)
    throw new HubError('conflict', `At most ${mostCustomers} customers at once`);
  const ticketNumber = await admitted(parts, data.principal, request);
  const since = before?.state === request.state ? before.since : parts.now().toISOString();
  const attended = { ticketId: request.ticketId, ticketNumber, state: request.state, since };
  data.attends = { ...data.attends, [customerId]: attended };
  await socket.join(customerRoom(customerId));
  tellGuard(socket.nsp, customerId);
}

/** Every agent may read customers; whoever names a ticket has to be one who may read it. @throws HubError `not_found` */
async function admitted(parts: Parts, principal: Principal, request: AttendRequest): Promise<number | null> {
  const { customerId, ticketId } = request;
  if (ticketId === null) {
    if (!(await readCustomer(parts.db.sql, customerId))) throw new HubError('not_found', 'There is no such customer');
    return null;
  }
  const number = await ticketNumberOf(parts.db.sql, ticketId, customerId);
  if (number === null || !(await mayReadTicket(parts, principal, ticketId)))
    throw new HubError('not_found', 'There is no such ticket of this customer');
  return number;
}

async function leave(socket: Socket, customerId: string): Promise<void> {
  const data = socket.data as SocketData;
  const { [customerId]: attended, ...others } = data.attends ?? {};
  if (!attended) return;
  data.attends = others;
  await socket.leave(customerRoom(customerId));
  tellGuard(socket.nsp, customerId);
}

/** Tells the others when a socket is gone. */
export function endAttendance(socket: Socket): void {
  const { attends = {} } = socket.data as SocketData;
  for (const customerId of Object.keys(attends)) tellGuard(socket.nsp, customerId);
}

/** Leaves the customers whose ticket the agent may not read any more. */
export async function recheckAttendance(parts: Parts, socket: Socket): Promise<void> {
  const { principal, attends = {} } = socket.data as SocketData;
  for (const [customerId, { ticketId }] of Object.entries(attends))
    if (ticketId && !(await mayReadTicket(parts, principal, ticketId))) await leave(socket, customerId);
}
