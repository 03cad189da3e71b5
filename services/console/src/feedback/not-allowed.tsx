import { LockOutlined } from '@ant-design/icons';
import type { Role } from '@patchbay/contracts';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { Nothing } from './states.tsx';

/** In place of a page that is for others. */
export function NotAllowed({ needs }: { needs: Role }) {
  const { t } = useTranslation();
  return (
    <Nothing
      icon={<LockOutlined />}
      title={t('state.notAllowedTitle')}
      text={t(needs === 'admin' ? 'state.forAdmins' : 'state.forManagers')}
    >
      <Link to="/desk">{t('nav.desk')}</Link>
    </Nothing>
  );
}
