import { GuardLines } from './guard-lines.tsx';
import { useGuardState } from './use-guard.ts';

/** Shown above the composer and on the customer's card, and read out when it changes. */
export function GuardNotice({ customerId }: { customerId: string }) {
  const guard = useGuardState(customerId);
  const speaks = guard && guard.present.length + guard.recent.length > 0;
  return (
    <div className="guard" role="status" aria-live="polite" data-testid="guard">
      {speaks && <GuardLines guard={guard} />}
    </div>
  );
}
