/** The namespace `/wallboard`: whoever has a link is shown its wallboard. Nothing can be asked here. */
import { HubError, type SavedBoard, type TvBoard } from '@patchbay/contracts';
import type { RoutedEvent } from '@patchbay/store';
import { readLinkedBoards } from '@patchbay/store/queries/wallboards';
import type { Server, Socket } from 'socket.io';
import type { Tail } from '../live/tail.ts';
import type { Parts } from '../parts.ts';
import { callAt } from './call-at.ts';
import type { WallboardFeed } from './feed.ts';
import { openLinkSecret, type OpenedLink } from './link.ts';
import { definitionsFor, shownOn } from './shown.ts';

interface Television {
  link: OpenedLink;
  board: SavedBoard;
}
const televisionOf = (socket: { data: unknown }): Television => (socket.data as { television: Television }).television;

export function mountTelevisions(
  io: Server,
  parts: Parts,
  { tail, feed }: { tail: Pick<Tail, 'onEvents'>; feed: WallboardFeed },
): void {
  const namespace = io.of('/wallboard');
  namespace.use((socket, next) => {
    admit(parts, socket).then(
      () => next(),
      (error: unknown) => {
        const known = error instanceof HubError ? error : new HubError('unavailable', 'Not reachable at the moment');
        next(Object.assign(new Error(known.message), { data: { code: known.code } }));
      },
    );
  });
  namespace.on('connection', (socket) => {
    parts.metrics.sockets.inc({ namespace: '/wallboard' });
    const { link, board } = televisionOf(socket);
    const giveUp = callAt(link.expiresAt, parts.now, () => socket.disconnect(true));
    socket.on('disconnect', () => {
      giveUp();
      parts.metrics.sockets.dec({ namespace: '/wallboard' });
    });
    socket.emit('board', presented(board, parts.now()));
    feed.current().then(
      (snapshot) => socket.emit('wallboard', shownOn(televisionOf(socket).board, snapshot)),
      (error: unknown) => parts.log.warn({ err: error }, 'wallboard not shown; shown again at the next event'),
    );
  });
  feed.follow({
    looks: () => namespace.sockets.size > 0,
    show(snapshot) {
      for (const socket of namespace.sockets.values())
        socket.emit('wallboard', shownOn(televisionOf(socket).board, snapshot));
    },
    pulse: () => void namespace.local.volatile.emit('pulse'),
  });
  tail.onEvents((events) => {
    if (namespace.sockets.size === 0 || !events.some(isAboutWallboards)) return;
    recheck([...namespace.sockets.values()], parts, feed).catch((error: unknown) =>
      parts.log.error({ err: error }, 'links of wallboards not rechecked'),
    );
  });
}

const isAboutWallboards = ({ type, data }: RoutedEvent): boolean =>
  type === 'setting.changed' && (data['setting'] === 'wallboard' || data['setting'] === 'wallboard-link');

const presented = ({ name, theme, rotateSeconds, pages }: SavedBoard, now: Date): TvBoard => {
  const board = { name, theme, rotateSeconds, pages };
  return { board, definitions: definitionsFor(board), now: now.toISOString() };
};

async function admit(parts: Parts, socket: Socket): Promise<void> {
  const { link: secret } = socket.handshake.auth as { link?: unknown };
  if (typeof secret !== 'string') throw new HubError('unauthenticated', 'A link is needed');
  const link = openLinkSecret(parts.signingKey, secret, parts.now());
  const board = (await readLinkedBoards(parts.db.sql, [link.id])).get(link.id);
  if (!board) throw new HubError('gone', 'The link was revoked');
  Object.assign(socket.data as object, { television: { link, board } satisfies Television });
}

/** Whose link is gone is shown nothing any more; whose wallboard was changed is shown it as it is now. */
async function recheck(sockets: readonly Socket[], parts: Parts, feed: WallboardFeed): Promise<void> {
  const boards = await readLinkedBoards(parts.db.sql, [...new Set(sockets.map((one) => televisionOf(one).link.id))]);
  for (const socket of sockets) {
    const television = televisionOf(socket);
    const board = boards.get(television.link.id);
    if (!board) socket.disconnect(true);
    else if (board.updatedAt !== television.board.updatedAt) {
      television.board = board;
      socket.emit('board', presented(board, parts.now()));
      socket.emit('wallboard', shownOn(board, await feed.current()));
    }
  }
}
