import { CheckCircleOutlined, QuestionCircleOutlined, StopOutlined, WarningOutlined } from '@ant-design/icons';
import type { Customer, Message } from '@patchbay/contracts';
import { fullMoment } from '@patchbay/ui';
import { Tooltip } from 'antd';
import { useTranslation } from 'react-i18next';
import { errorText } from '../feedback/error-text.ts';

const verdictIcons = {
  pass: <CheckCircleOutlined aria-hidden />,
  fail: <WarningOutlined aria-hidden />,
  none: <QuestionCircleOutlined aria-hidden />,
  unavailable: <QuestionCircleOutlined aria-hidden />,
};

/** Whether a mail is from whom it says; who checked, and what came of it, behind it. */
export function AuthenticityTag({ authenticity }: { authenticity: NonNullable<Message['authenticity']> }) {
  const { t } = useTranslation();
  const { verdict, checkedBy } = authenticity;
  const checks = (['spf', 'dkim', 'dmarc'] as const).flatMap((name) =>
    authenticity[name] === undefined ? [] : [`${name.toUpperCase()}: ${authenticity[name]}`],
  );
  const help = [t(`senderMark.help.${verdict}`), ...checks, t('senderMark.checkedBy', { host: checkedBy })];
  return (
    <Tooltip title={<span className="lines">{help.join('\n')}</span>} trigger={['hover', 'focus']}>
      <span className={`message-tag sender-${verdict}`} tabIndex={0} data-testid="authenticity" data-verdict={verdict}>
        {verdictIcons[verdict]} {t(`senderMark.${verdict}`)}
      </span>
    </Tooltip>
  );
}

/** What a mail was taken for, and what said so. */
export function CategoryTag({ classification }: { classification: NonNullable<Message['classification']> }) {
  const { t } = useTranslation();
  const { category, rule, evidence } = classification;
  if (category === 'customer') return null;
  return (
    <Tooltip title={t('category.why', { rule, evidence })} trigger={['hover', 'focus']}>
      <span className="message-tag" tabIndex={0} data-testid="category">
        {t(`category.${category}`)}
      </span>
    </Tooltip>
  );
}

/** Mail to this address came back for good, or its holder complained: nothing automatic is sent there. */
export function AddressMark({ mark }: { mark: NonNullable<Customer['identifiers'][number]['mark']> }) {
  const { t, i18n } = useTranslation();
  return (
    <Tooltip
      title={`${errorText(mark.reason, i18n.resolvedLanguage)} (${fullMoment(mark.at, i18n.language)})`}
      trigger={['hover', 'focus']}
    >
      <span className="address-mark" tabIndex={0} data-testid="address-mark" data-mark={mark.mark}>
        <StopOutlined aria-hidden /> {t(`addressMark.${mark.mark}`)}
      </span>
    </Tooltip>
  );
}
