import '../style/privacy.css';
import { SafetyOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import type { Customer, PrivacyRequestKind } from '@patchbay/contracts';
import { keys } from '@patchbay/ui';
import { Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { useAction } from '../feedback/use-action.ts';
import { api } from '../query-client.ts';
import { useMe } from '../session/use-me.ts';
import { ChoiceMenu } from '../shell/choice-menu.tsx';
import { ErasurePreviewList } from './erasure-preview.tsx';
import { ReasonModal } from './reason-modal.tsx';

type Person = Pick<Customer, 'id' | 'displayName'>;
type Choice = PrivacyRequestKind | 'hold' | 'release';

/** On the customer: what the person may ask for, for managers. */
export function PrivacyMenu({ customer }: { customer: Person }) {
  const { t } = useTranslation();
  const me = useMe();
  const [choice, setChoice] = useState<Choice | null>(null);
  if (me.role === 'agent') return null;
  return (
    <>
      <Entries customerId={customer.id} admin={me.role === 'admin'} choose={setChoice} />
      {choice && (
        <Ask customer={customer} choice={choice} title={t(`privacy.ask.${choice}`)} close={() => setChoice(null)} />
      )}
    </>
  );
}

function Entries({
  customerId,
  admin,
  choose,
}: {
  customerId: string;
  admin: boolean;
  choose: (choice: Choice) => void;
}) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const holds = useQuery({
    queryKey: keys.legalHolds(customerId),
    queryFn: ({ signal }) => api.legalHolds(customerId, signal),
  });
  const held = holds.data?.some(({ releasedAt }) => releasedAt === null) ?? false;
  const choices: readonly Choice[] = [
    'export',
    ...(held ? (admin ? (['release'] as const) : []) : (['hold'] as const)),
    'erasure',
  ];
  const items = [
    ...choices.map((key) => ({
      key,
      danger: key === 'erasure',
      label: <span data-testid={`privacy-${key}`}>{t(`privacy.ask.${key}`)}</span>,
    })),
    { type: 'divider' as const },
    { key: 'requests', label: t('privacy.requests') },
    { key: 'audit', label: t('privacy.auditOf') },
  ];
  const act = (key: string): void => {
    if (key === 'requests') void navigate('/privacy');
    else if (key === 'audit') void navigate(`/privacy?tab=audit&customerId=${customerId}`);
    else choose(key as Choice);
  };
  return (
    <ChoiceMenu menu={{ items, onClick: ({ key }) => act(key) }}>
      <Button
        type="text"
        icon={<SafetyOutlined />}
        aria-label={t(held ? 'privacy.menuHeld' : 'privacy.menu')}
        title={t(held ? 'privacy.menuHeld' : 'privacy.menu')}
        danger={held}
        data-testid="privacy-menu"
      />
    </ChoiceMenu>
  );
}

interface AskProps {
  customer: Person;
  choice: Choice;
  title: string;
  close: () => void;
}

function Ask({ customer, choice, title, close }: AskProps) {
  const { t } = useTranslation();
  const ask = useAction(
    async (reason: string): Promise<void> => {
      if (choice === 'hold') await api.placeHold(customer.id, reason);
      else if (choice === 'release') await api.releaseHold(customer.id, reason);
      else await api.askPrivacy(customer.id, choice, reason);
    },
    {
      stale: [keys.privacyRequests, keys.legalHolds(customer.id), keys.erasurePreview(customer.id)],
      done: t(`privacy.asked.${choice}`),
      after: close,
    },
  );
  return (
    <ReasonModal
      title={title}
      danger={choice === 'erasure'}
      busy={ask.isPending}
      save={(reason) => ask.mutate(reason)}
      close={close}
    >
      <p className="muted small">{t(`privacy.askText.${choice}`, { name: customer.displayName })}</p>
      {choice === 'erasure' && <ErasurePreviewList customerId={customer.id} />}
    </ReasonModal>
  );
}
