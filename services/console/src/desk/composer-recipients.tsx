import { DownOutlined, WarningOutlined } from '@ant-design/icons';
import { mostRecipients } from '@patchbay/contracts';
import { Button, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { addressesIn, looksLikeAddress } from './mail-address.ts';
import type { MailLists } from './mail-choice.ts';
import { recipientsLine } from './recipients-line.ts';
import type { MailFields } from './use-mail-fields.ts';

/** To, Cc and Bcc as one line, which unfolds into fields. What is passed on needs an address first, so its fields are open. */
export function ComposerRecipients({ mail, taken }: { mail: MailFields; taken: () => void }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const { lists } = mail;
  const all = [...lists.to, ...lists.cc, ...lists.bcc];
  const wrong = all.some((one) => !looksLikeAddress(one));
  const tooMany = all.length > mostRecipients;
  const unfolded = open || mail.mode === 'forward' || wrong || tooMany;
  const set = (name: keyof MailLists, values: string[]): void => {
    const others = new Set((['to', 'cc', 'bcc'] as const).filter((one) => one !== name).flatMap((one) => lists[one]));
    const flat = [...new Set(values.flatMap(addressesIn))].filter((one) => !others.has(one));
    mail.change({ lists: { ...lists, [name]: flat } });
  };
  return (
    <div className="recipients">
      {mail.doubtfulReplyTo.length > 0 && mail.mode !== 'forward' && (
        <p className="small recipients-doubt" data-testid="doubtful-reply-to">
          <WarningOutlined aria-hidden /> {t('composer.doubtfulReplyTo', { address: mail.doubtfulReplyTo.join(', ') })}
        </p>
      )}
      {mail.moved && (
        <p className="small recipients-doubt" role="status" data-testid="recipients-moved">
          <WarningOutlined aria-hidden />{' '}
          {t('composer.moved', { newest: mail.moved.join(', '), chosen: all.join(', ') })}{' '}
          <Button
            size="small"
            onClick={() => {
              mail.takeNewest();
              taken();
            }}
          >
            {t('composer.takeNewest')}
          </Button>
        </p>
      )}
      {!unfolded && (
        <Button
          type="text"
          size="small"
          className="recipients-fold"
          icon={<DownOutlined />}
          iconPlacement="end"
          aria-expanded={false}
          onClick={() => setOpen(true)}
          data-testid="recipients-unfold"
        >
          <span className="ellipsis">{recipientsLine(lists, (list) => t(`composer.field.${list}`))}</span>
        </Button>
      )}
      {unfolded &&
        (['to', 'cc', 'bcc'] as const).map((name) => (
          <AddressField key={name} name={name} values={lists[name]} set={(values) => set(name, values)} />
        ))}
      {tooMany && (
        <p className="small recipients-wrong" role="alert">
          {t('composer.mostRecipients', { most: mostRecipients, given: all.length })}
        </p>
      )}
    </div>
  );
}

function AddressField({
  name,
  values,
  set,
}: {
  name: keyof MailLists;
  values: string[];
  set: (values: string[]) => void;
}) {
  const { t } = useTranslation();
  const wrong = values.filter((one) => !looksLikeAddress(one));
  return (
    <div className="recipients-row">
      <span className="recipients-label small muted" aria-hidden>
        {t(`composer.field.${name}`)}
      </span>
      <Select
        mode="tags"
        open={false}
        suffixIcon={null}
        size="small"
        variant="borderless"
        className="grow"
        tokenSeparators={[',', ';', ' ', '\n']}
        value={values}
        onChange={set}
        aria-label={t(`composer.field.${name}`)}
        {...(wrong.length > 0 ? { status: 'error' as const } : {})}
        data-testid={`composer-${name}`}
      />
      {wrong.length > 0 && (
        <span className="small recipients-wrong" role="alert">
          {t('composer.wrongAddress', { address: wrong.join(', ') })}
        </span>
      )}
    </div>
  );
}
