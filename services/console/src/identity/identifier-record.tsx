import { TeamOutlined } from '@ant-design/icons';
import type { CustomerIdentifier } from '@patchbay/contracts';
import { moment } from '@patchbay/ui';
import { Button, Tag } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { ChannelTag } from '../desk/channel-tag.tsx';
import { ConsentLines } from '../desk/consent-line.tsx';
import { Grade } from '../desk/grade.tsx';
import { identifierText } from '../desk/identifier-text.ts';
import { RevealButton } from '../privacy/reveal-button.tsx';
import { CheckModal } from './check-modal.tsx';
import { CodeModal } from './code-modal.tsx';
import { ShareModal } from './share-modal.tsx';
import { SplitModal } from './split-modal.tsx';

export interface IdentifierProps {
  customerId: string;
  identifier: CustomerIdentifier;
}
type Deed = 'check' | 'code' | 'share' | 'split';

/** One identifier with what proved or said it, and what an agent may do about it. */
export function IdentifierRecord({ customerId, identifier }: IdentifierProps) {
  const { t, i18n } = useTranslation();
  const [deed, setDeed] = useState<Deed | null>(null);
  const { kind, value, grade, channel, shared, extension, organisation, otherHolders } = identifier;
  const asked = { customerId, identifier, close: () => setDeed(null) };
  const at = (when: string) => moment(when, Date.now(), i18n.language);
  return (
    <article className="record" data-testid="identifier-record" data-value={value}>
      <div className="record-head wrap">
        <span className="record-title identifier-value grow">
          {identifierText(t, identifier)}
          {identifier.masked && <RevealButton customerId={customerId} field={`identifier:${identifier.id}`} />}
          {extension && ` ${t('identity.extension', { number: extension })}`}
        </span>
        <Grade grade={grade} />
        {channel && <ChannelTag channel={channel} />}
        {shared && (
          <Tag icon={<TeamOutlined />} title={t('customer.sharedHelp')}>
            {organisation ?? t('customer.shared')}
          </Tag>
        )}
      </div>
      <p className="muted small">
        {t(`identifierKind.${kind}`)} ·{' '}
        {t('identity.seen', { first: at(identifier.firstSeenAt), last: at(identifier.lastSeenAt) })}
        {otherHolders > 0 && ` · ${t('identity.others', { count: otherHolders })}`}
      </p>
      {(kind === 'phone' || kind === 'email') && !identifier.masked && <ConsentLines address={value} />}
      <Evidence identifier={identifier} />
      <div className="record-actions">
        <Button size="small" onClick={() => setDeed('check')} data-testid="identifier-check">
          {t('identity.check')}
        </Button>
        {(kind === 'email' || kind === 'phone') && (
          <Button size="small" onClick={() => setDeed('code')} data-testid="identifier-code">
            {t('identity.sendCode')}
          </Button>
        )}
        <Button size="small" onClick={() => setDeed('share')} data-testid="identifier-share">
          {t(shared ? 'identity.unshare' : 'identity.share')}
        </Button>
        <Button size="small" onClick={() => setDeed('split')} data-testid="identifier-split">
          {t('identity.split')}
        </Button>
      </div>
      {deed === 'check' && <CheckModal {...asked} />}
      {deed === 'code' && <CodeModal {...asked} />}
      {deed === 'share' && <ShareModal {...asked} />}
      {deed === 'split' && <SplitModal {...asked} />}
    </article>
  );
}

function Evidence({ identifier }: { identifier: CustomerIdentifier }) {
  const { t, i18n } = useTranslation();
  if (identifier.evidence.length === 0) return <p className="muted small">{t('identity.noEvidence')}</p>;
  return (
    <ul className="evidence small" aria-label={t('identity.evidence')}>
      {identifier.evidence.map((one) => (
        <li key={`${one.source} ${one.at} ${one.channel}`}>
          {t(`identity.source.${one.source}`, {
            name: one.source === 'token' ? (one.reason ?? '') : (one.by ?? t('event.someAgent')),
          })}
          {one.source === 'agent' && one.reason && `: ${one.reason}`}
          <span className="muted">
            {' '}
            · {t(`grade.${one.grade}`)} · {moment(one.at, Date.now(), i18n.language)}{' '}
          </span>
          {one.channel && <ChannelTag channel={one.channel} />}
          {one.ticketId && (
            <>
              {' '}
              <Link to={`/desk/${one.ticketId}`}>{t('identity.toTicket')}</Link>
            </>
          )}
        </li>
      ))}
    </ul>
  );
}
