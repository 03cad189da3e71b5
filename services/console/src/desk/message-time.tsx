import { fullMoment, moment } from '@patchbay/ui';
import { Tooltip } from 'antd';
import { useTranslation } from 'react-i18next';
import { reasonText } from './reason-text.ts';

/** When a message came or was written, in full behind it; there as well, for one that joined its ticket, the `reason` (empty for none). */
export function MessageTime({ at, reason }: { at: string; reason: string }) {
  const { t, i18n } = useTranslation();
  const full = fullMoment(at, i18n.language);
  const short = moment(at, Date.now(), i18n.language);
  if (reason === '')
    return (
      <time className="message-time tabular" dateTime={at} title={full}>
        {short}
      </time>
    );
  const lines = [full, t('message.joined'), reasonText(reason, i18n.resolvedLanguage)];
  return (
    <Tooltip title={<span className="lines">{lines.join('\n')}</span>} trigger={['hover', 'focus']}>
      <time className="message-time message-joined tabular" dateTime={at} tabIndex={0} data-testid="message-joined">
        {short}
      </time>
    </Tooltip>
  );
}
