import { gradingPolicy, type GradingPolicy } from '@patchbay/contracts';
import type { TFunction } from 'i18next';

type Name = { nameEn: string; nameZh: string };

/** Where a policy is not complete, in the words of the page; empty when it is. @param shown how something with two names is called */
export function wrongPlaces(policy: GradingPolicy, t: TFunction, shown: (name: Name) => string): string[] {
  const { error } = gradingPolicy.safeParse(policy);
  return [...new Set((error?.issues ?? []).map(({ path }) => placeOf(policy, path, t, shown)))];
}

function placeOf(
  policy: GradingPolicy,
  [part, second, third]: readonly PropertyKey[],
  t: TFunction,
  shown: (name: Name) => string,
): string {
  const item = (title: string, items: readonly Name[], at: PropertyKey | undefined): string => {
    if (typeof at !== 'number') return title;
    const name = items[at];
    return `${title}, ${(name && shown(name)) || at + 1}`;
  };
  if (part === 'rules') return item(t('grading.tab.rules'), policy.rules, second);
  if (part === 'grades') return item(t('grading.grades'), policy.grades, second);
  if (part === 'otherwise') return t('grading.otherwise');
  if (part === 'complaintTypes') return t('grading.complaintTypes');
  if (part === 'stages') return stagePlace(second, t);
  if (part === 'churn' && second === 'clearBelow') return t('grading.thresholds');
  if (part === 'churn') return item(t('grading.tab.churn'), policy.churn.signals, third);
  return t('grading.tab.cadence');
}

const stageKeys = ['customer', 'new', 'atRisk', 'lost'] as const;
function stagePlace(key: PropertyKey | undefined, t: TFunction): string {
  const known = stageKeys.find((one) => one === key);
  return known ? `${t('grading.tab.stages')}: ${t(`grading.stageHelp.${known}`)}` : t('grading.wonBackDays');
}
