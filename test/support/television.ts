/** A television with a link: what it is sent, without a browser. */
import { tvBoard, wallboard, type TvBoard, type Wallboard } from '@patchbay/contracts';
import { io } from 'socket.io-client';
import { Feed } from './feed.ts';

export const secretOf = (url: string): string => new URL(url).hash.slice(1);

export function openTelevision(url: string, secret: string, namespace = '/wallboard') {
  const socket = io(`${url}${namespace}`, {
    auth: { link: secret, apiKey: secret },
    reconnection: false,
    forceNew: true,
    transports: ['websocket'],
  });
  const boards = new Feed<TvBoard>();
  const snapshots = new Feed<Wallboard>();
  const names = new Set<string>();
  socket.onAny((name: string, value: unknown) => {
    names.add(name);
    if (name === 'board') boards.push(tvBoard.parse(value));
    if (name === 'wallboard') snapshots.push(wallboard.parse(value));
  });
  const refused = new Promise<string>((resolve) => {
    socket.on('connect_error', (error: Error & { data?: { code?: string } }) => resolve(error.data?.code ?? ''));
  });
  const ended = new Promise<void>((resolve) => void socket.on('disconnect', () => resolve()));
  return { boards, snapshots, names, refused, ended, [Symbol.dispose]: () => void socket.disconnect() };
}
