import { ReloadOutlined } from '@ant-design/icons';
import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import '../style/entry.css';
import { Nothing } from './states.tsx';

/** A page could not be loaded or broke: after an update of the hub the old chunks are gone, and reloading cures it. */
export function RouteFailure() {
  const { t } = useTranslation();
  return (
    <div className="entry">
      <Nothing icon={<ReloadOutlined />} title={t('state.brokenTitle')} text={t('state.brokenText')}>
        <Button type="primary" onClick={() => window.location.reload()}>
          {t('state.reload')}
        </Button>
      </Nothing>
    </div>
  );
}
