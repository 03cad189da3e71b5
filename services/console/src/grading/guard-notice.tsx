import { GuardLines } from './guard-lines.tsx';
import { useGuardState } from './use-guard.ts';

/** Shown on the customer's card and in the composer, where it is read out when it changes. */
export function GuardNotice({ customerId, aloud = false }: { customerId: string; aloud?: boolean }) {
  const guard = useGuardState(customerId);
  const speaks = guard && guard.present.length + guard.recent.length > 0;
  return (
    <div className="guard" {...(aloud && { role: 'status' })} data-testid="guard">
      {speaks && <GuardLines guard={guard} />}
    </div>
  );
}
