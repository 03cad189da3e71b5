import type { Suggestion, SuggestionReason } from '@patchbay/contracts';
import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';

const fields = [
  'givenName',
  'familyName',
  'generation',
  'birthDate',
  'email',
  'phone',
  'accountNumber',
  'street',
  'postalCode',
  'city',
  'organisation',
  'account',
  'external',
  'visitor',
  'rarity',
  'household',
  'claim',
] as const;

const levels = [
  'equal',
  'transliterated',
  'nickname',
  'part',
  'close',
  'similar',
  'swapped',
  'different',
  'mistyped',
  'two-parts',
  'year',
  'same-mailbox',
  'same-local',
  'role',
  'same-line',
  'same-street',
  'proved',
  'claimed',
  'proved-by-both',
] as const;

/** What speaks for one person and what against, the weightiest first, the values of both side by side. */
export function ReasonTable({ suggestion: { reasons, customer, other } }: { suggestion: Suggestion }) {
  const { t, i18n } = useTranslation();
  const bits = new Intl.NumberFormat(i18n.language, { maximumFractionDigits: 1, signDisplay: 'always' });
  return (
    <table className="pair-table" data-testid="suggestion-reasons">
      <caption className="visually-hidden">{t('pairs.why')}</caption>
      <thead>
        <tr>
          <th scope="col">{t('pairs.field')}</th>
          <th scope="col">{customer.displayName}</th>
          <th scope="col">{other.displayName}</th>
          <th scope="col" title={t('pairs.weightHelp')}>
            {t('pairs.weight')}
          </th>
        </tr>
      </thead>
      <tbody>
        {reasons.map((reason) => (
          <tr key={reason.field}>
            <th scope="row">
              {fieldName(t, reason.field)}
              <span className="muted small">{levelName(t, reason)}</span>
            </th>
            {reason.left === null && reason.right === null ? (
              <td colSpan={2} className="muted">
                {t('pairs.ofBoth')}
              </td>
            ) : (
              <>
                <td>{reason.left}</td>
                <td>{reason.right}</td>
              </>
            )}
            <td className={`tabular ${weightTone(reason.weight)}`}>
              {reason.weight === null ? t('pairs.certain') : bits.format(reason.weight)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function weightTone(weight: number | null): string {
  return weight === null || weight > 0 ? 'pair-for' : 'pair-against';
}

function fieldName(t: TFunction, field: string): string {
  const name = fields.find((one) => one === field);
  return name ? t(`pairs.fields.${name}`) : field;
}

/** Words in common are told by their share: `over-75%`. What is of no field has no level. */
function levelName(t: TFunction, { level }: SuggestionReason): string {
  if (level === 'prior') return '';
  if (level.startsWith('over-')) return t('pairs.levels.over', { share: level.slice('over-'.length) });
  const name = levels.find((one) => one === level);
  return name ? t(`pairs.levels.${name}`) : level;
}
