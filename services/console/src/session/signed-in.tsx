import { ApiProblem } from '@patchbay/ui';
import { Navigate, Outlet, useLocation } from 'react-router';
import { Failed, Loading } from '../feedback/states.tsx';
import { LiveProvider } from '../live/live-provider.tsx';
import { OfferTray } from '../live/offer-tray.tsx';
import '../style/shell.css';
import { MeContext, useSession } from './use-me.ts';

/** Lets in who has a session; everybody else is led to the login and back. */
export function SignedIn() {
  const session = useSession();
  const location = useLocation();
  const signedOut = session.error instanceof ApiProblem && session.error.status === 401;
  if (signedOut) return <Navigate to="/login" replace state={{ from: location.pathname + location.search }} />;
  if (session.isPending) return <Loading />;
  if (!session.data) return <Failed error={session.error} retry={() => void session.refetch()} />;
  return (
    <MeContext value={session.data}>
      <LiveProvider>
        <Outlet />
        <OfferTray />
      </LiveProvider>
    </MeContext>
  );
}
