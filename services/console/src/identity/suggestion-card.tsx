import type { Customer, Suggestion, SuggestionReason } from '@patchbay/contracts';
import { keys } from '@patchbay/ui';
import { Button, Tag } from 'antd';
import type { TFunction } from 'i18next';
import { useState, type KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { Grade } from '../desk/grade.tsx';
import { movedByMerge } from '../desk/use-merge.ts';
import { useAction } from '../feedback/use-action.ts';
import { api } from '../query-client.ts';

const stale = [keys.suggestionList, ...movedByMerge];

/** Two customers side by side, why they may be one, and the decision; by keyboard, too. */
export function SuggestionCard({ suggestion }: { suggestion: Suggestion }) {
  const { t, i18n } = useTranslation();
  const { id, customer, other, reasons, score } = suggestion;
  const [keepId, setKeepId] = useState(customer.id);
  const accept = useAction(() => api.acceptSuggestion(id, keepId), { stale, done: t('pairs.merged') });
  const reject = useAction(() => api.rejectSuggestion(id), { stale, done: t('pairs.rejected') });
  const busy = accept.isPending || reject.isPending;
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    if (event.ctrlKey || event.metaKey || event.altKey || busy) return;
    if (event.key === 'a') accept.mutate(undefined);
    else if (event.key === 'r') reject.mutate(undefined);
    else if (event.key === 'j' || event.key === 'k') step(event.currentTarget, event.key === 'j');
  };
  const name = `${customer.displayName} / ${other.displayName}`;
  return (
    <article className="record pair" tabIndex={0} aria-label={name} onKeyDown={onKeyDown} data-testid="suggestion-card">
      <div className="pair-reasons">
        <Tag color="blue">{t('pairs.score', { score: new Intl.NumberFormat(i18n.language).format(score) })}</Tag>
        {reasons.map((reason) => (
          <Tag key={`${reason.code} ${reason.detail}`}>{reasonLine(t, reason)}</Tag>
        ))}
      </div>
      <div className="pair-sides">
        <Side customer={customer} twin={other} kept={keepId === customer.id} keep={setKeepId} />
        <Side customer={other} twin={customer} kept={keepId === other.id} keep={setKeepId} />
      </div>
      <div className="record-actions">
        <Button
          type="primary"
          loading={accept.isPending}
          disabled={busy}
          onClick={() => accept.mutate(undefined)}
          data-testid="suggestion-accept"
        >
          {t('pairs.accept')}
        </Button>
        <Button
          loading={reject.isPending}
          disabled={busy}
          onClick={() => reject.mutate(undefined)}
          data-testid="suggestion-reject"
        >
          {t('pairs.reject')}
        </Button>
      </div>
    </article>
  );
}

/** To the next pair or the one before it. */
function step(from: HTMLElement, forwards: boolean): void {
  const to = forwards ? from.nextElementSibling : from.previousElementSibling;
  if (to instanceof HTMLElement) to.focus();
}

const known = [
  'proved-by-both',
  'claims-proved',
  'both-claim',
  'same-name',
  'same-mailbox-name',
  'same-last-digits',
  'different-account',
] as const;

function reasonLine(t: TFunction, { code, detail }: SuggestionReason): string {
  const name = known.find((one) => one === code);
  return name ? t(`pairs.reasons.${name}`, { detail }) : t('pairs.reasons.other', { code, detail });
}

interface SideProps {
  customer: Customer;
  twin: Customer;
  kept: boolean;
  keep: (id: string) => void;
}

function Side({ customer, twin, kept, keep }: SideProps) {
  const { t, i18n } = useTranslation();
  const since = new Intl.DateTimeFormat(i18n.language, { dateStyle: 'medium' }).format(new Date(customer.createdAt));
  const same = (kind: string, value: string) =>
    twin.identifiers.some((one) => one.kind === kind && one.value === value);
  return (
    <section className="pair-side">
      <div className="row wrap">
        <Link
          className={`grow ${customer.displayName === twin.displayName ? 'pair-same' : ''}`}
          to={`/customers/${customer.id}`}
        >
          {customer.displayName}
        </Link>
        <Button
          size="small"
          type={kept ? 'primary' : 'default'}
          ghost={kept}
          aria-pressed={kept}
          onClick={() => keep(customer.id)}
        >
          {t(kept ? 'pairs.keptNow' : 'pairs.keep')}
        </Button>
      </div>
      <span className="muted small">{t('customer.since', { date: since })}</span>
      <ul>
        {customer.identifiers.map((one) => (
          <li
            key={`${one.kind} ${one.value}`}
            className={same(one.kind, one.value) ? 'pair-same' : undefined}
            title={same(one.kind, one.value) ? t('pairs.same') : undefined}
          >
            {one.kind === 'visitor' ? t('customer.visitor', { id: one.value.slice(0, 8) }) : one.value}{' '}
            <Grade grade={one.grade} />
          </li>
        ))}
      </ul>
    </section>
  );
}
