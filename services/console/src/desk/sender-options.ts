import type { MailIdentity, ReplyRecipients } from '@patchbay/contracts';

export interface SenderOption {
  /** The identity; empty for whatever the hub proposes. */
  readonly value: string;
  readonly label: string;
}

type Proposed = Pick<ReplyRecipients['identity'], 'id' | 'name' | 'address'>;

const labelOf = ({ name, address }: Pick<Proposed, 'name' | 'address'>): string => `${name} <${address}>`;

/** Who mail can be from: first what the hub proposes, which may be a mailbox without an identity, then the other identities. */
export function senderOptions(
  identities: readonly Pick<MailIdentity, 'id' | 'name' | 'address'>[],
  proposed: Proposed | undefined,
): SenderOption[] {
  const others = identities.filter(({ id }) => id !== proposed?.id);
  return [
    ...(proposed ? [{ value: '', label: labelOf(proposed) }] : []),
    ...others.map((one) => ({ value: one.id, label: labelOf(one) })),
  ];
}
