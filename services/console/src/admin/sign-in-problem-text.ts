import { mailSignInProblem } from '@patchbay/contracts';
import type { TFunction } from 'i18next';

/** Why a sign-in at a provider failed, and what can be done about it; null for a code that no hub gives. */
export function signInProblemText(t: TFunction, code: string | null): string | null {
  const known = mailSignInProblem.safeParse(code);
  if (!known.success) return null;
  switch (known.data) {
    case 'denied':
    case 'provider':
    case 'forbidden':
    case 'not_found':
    case 'sign-in-again':
    case 'authentication':
    case 'token-server':
      return t(`mailAccounts.signInProblem.${known.data}`);
    default:
      return t(`mailAccounts.problem.${known.data}`);
  }
}
