/**
 * What outlives a page: the visitor's token, the name given before the chat, and messages that the hub does not have yet.
 * Each unsent message has a key of its own, so that two tabs of one site never overwrite each other's.
 */
import type { Outgoing } from './conversation.ts';

export interface Profile {
  readonly name: string;
  readonly email: string;
  /** The hub has been told; saying it again with every message would be noise. */
  readonly told: boolean;
}

export interface Memory {
  token(): string | null;
  keepToken(token: string | null): void;
  profile(): Profile | null;
  keepProfile(profile: Profile | null): void;
  /** Unsent messages, oldest first. */
  unsent(): Outgoing[];
  keepUnsent(message: Outgoing): void;
  forgetUnsent(clientId: string): void;
}

type Shelf = Pick<Storage, 'getItem' | 'setItem' | 'removeItem' | 'key' | 'length'>;

/** The browser's local storage, or this page's memory where the visitor's browser refuses it. */
export function openMemory(hubOrigin: string, shelf: Shelf = browserShelf()): Memory {
  const prefix = `patchbay:${hubOrigin}:`;
  const outPrefix = `${prefix}out:`;
  const read = <T>(key: string): T | null => {
    try {
      return JSON.parse(shelf.getItem(key) ?? 'null') as T | null;
    } catch {
      return null;
    }
  };
  const write = (key: string, value: unknown) => {
    try {
      if (value === null) shelf.removeItem(key);
      else shelf.setItem(key, JSON.stringify(value));
    } catch {
      // Full or forbidden: the message is still sent from this page, it only does not outlive it.
    }
  };
  return {
    token: () => read<string>(`${prefix}token`),
    keepToken: (token) => write(`${prefix}token`, token),
    profile: () => read<Profile>(`${prefix}profile`),
    keepProfile: (profile) => write(`${prefix}profile`, profile),
    unsent() {
      const keys = Array.from({ length: shelf.length }, (_, index) => shelf.key(index) ?? '').filter((key) =>
        key.startsWith(outPrefix),
      );
      return keys
        .map((key) => read<Outgoing>(key))
        .filter((message) => message !== null)
        .sort((a, b) => (a.at < b.at ? -1 : 1));
    },
    keepUnsent: (message) => write(outPrefix + message.clientId, message),
    forgetUnsent: (clientId) => write(outPrefix + clientId, null),
  };
}

function browserShelf(): Shelf {
  try {
    // Reading the property alone throws where storage is blocked.
    return window.localStorage;
  } catch {
    const map = new Map<string, string>();
    return {
      getItem: (key) => map.get(key) ?? null,
      setItem: (key, value) => void map.set(key, value),
      removeItem: (key) => void map.delete(key),
      key: (index) => [...map.keys()][index] ?? null,
      get length() {
        return map.size;
      },
    };
  }
}
