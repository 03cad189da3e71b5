import { Checkbox, Input, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { useMe } from '../session/use-me.ts';
import { senderOptions } from './sender-options.ts';
import { wordsOf } from './signature-words.ts';
import type { MailFields } from './use-mail-fields.ts';

/** Who it is from, and for what is passed on its subject. */
export function ComposerSender({ mail, subject }: { mail: MailFields; subject: string }) {
  const { t } = useTranslation();
  const options = senderOptions(mail.identities, mail.proposed);
  const isProposed = mail.identityId === null || mail.identityId === mail.proposed?.id;
  return (
    <>
      {options.length > 0 && (
        <div className="recipients-row">
          <span className="recipients-label small muted" aria-hidden>
            {t('composer.field.from')}
          </span>
          <Select
            size="small"
            variant="borderless"
            className="grow"
            value={isProposed ? '' : mail.identityId}
            options={options}
            onChange={(id) => mail.change({ identityId: id === '' ? null : id })}
            aria-label={t('composer.field.from')}
            data-testid="composer-identity"
          />
        </div>
      )}
      {mail.mode === 'forward' && (
        <div className="recipients-row">
          <span className="recipients-label small muted" aria-hidden>
            {t('composer.field.subject')}
          </span>
          <Input
            size="small"
            variant="borderless"
            className="grow"
            maxLength={500}
            value={mail.subject}
            placeholder={t('composer.subjectPlaceholder', { subject })}
            onChange={(event) => mail.change({ subject: event.target.value })}
            aria-label={t('composer.field.subject')}
            data-testid="composer-subject"
          />
          <Checkbox
            checked={mail.asAttachment}
            onChange={(event) => mail.change({ asAttachment: event.target.checked })}
            data-testid="forward-as-attachment"
          >
            {t('composer.asAttachment')}
          </Checkbox>
        </div>
      )}
    </>
  );
}

/** What stands below the text when it leaves. */
export function SignaturePreview({ mail }: { mail: MailFields }) {
  const { t } = useTranslation();
  const me = useMe();
  const { signatureText = '', signatureHtml = null } = mail.identity ?? {};
  const written = signatureText.trim() || (signatureHtml ? wordsOf(signatureHtml) : '');
  const text = written.replaceAll('{{agent}}', () => me.name).trim();
  if (text === '') return null;
  return (
    <div className="signature-preview small muted" aria-label={t('composer.signature')} data-testid="signature-preview">
      {`-- \n${text}`}
    </div>
  );
}
