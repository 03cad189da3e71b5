import type { Role } from '@patchbay/contracts';

/** Who makes a request, once they have proved it. */
export interface Principal {
  readonly agentId: string;
  readonly name: string;
  readonly role: Role;
  readonly via: 'session' | 'api-key';
  /** The session of the cookie; null with an API key. */
  readonly sessionId: string | null;
}

const rank: Record<Role, number> = { agent: 0, manager: 1, admin: 2 };

/** Whether the role includes what `needed` may do: administrators are managers too, managers are agents too. */
export function hasRole(principal: Pick<Principal, 'role'>, needed: Role): boolean {
  return rank[principal.role] >= rank[needed];
}
