import { CompassOutlined } from '@ant-design/icons';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { Nothing } from './states.tsx';

export function NotFound() {
  const { t } = useTranslation();
  return (
    <Nothing icon={<CompassOutlined />} title={t('state.notFoundTitle')} text={t('state.notFoundText')}>
      <Link to="/desk">{t('nav.desk')}</Link>
    </Nothing>
  );
}
