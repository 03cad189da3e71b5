import { ArrowDownOutlined, ArrowUpOutlined, DeleteOutlined } from '@ant-design/icons';
import type { FactName, GradingPolicy } from '@patchbay/contracts';
import { customerFactNames, stateFacts } from '@patchbay/contracts';
import { Button, Input, InputNumber } from 'antd';
import { useId, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { moved } from '../order/order.ts';
import '../style/order.css';

export interface PolicyEditorProps {
  policy: GradingPolicy;
  change: (part: Partial<GradingPolicy>) => void;
  readOnly: boolean;
}

/** Facts of the records; an evaluation comes to the others in this order: stage, churn, grade. */
const recordFacts = customerFactNames.filter((name) => !stateFacts.some((one) => one === name));
export const factsFor: Readonly<Record<'stage' | 'churn' | 'rule', readonly FactName[]>> = {
  stage: recordFacts,
  churn: [...recordFacts, 'stage'],
  rule: [...recordFacts, 'stage', 'churn'],
};

/** The item at this place exchanged. */
export const put = <T,>(items: readonly T[], at: number, item: T): T[] =>
  items.map((old, place) => (place === at ? item : old));

interface OrderButtonsProps<T> {
  items: readonly T[];
  at: number;
  change: (items: T[]) => void;
  /** Without it the order says nothing. */
  ordered?: boolean;
}

/** Moves an item up and down or takes it away. */
export function OrderButtons<T>({ items, at, change, ordered = true }: OrderButtonsProps<T>) {
  const { t } = useTranslation();
  const go = (by: -1 | 1) => change(moved(items, at, at + by) ?? [...items]);
  const button = (text: string, icon: ReactNode, act: () => void, disabled = false) => (
    <Button type="text" size="small" icon={icon} aria-label={text} title={text} onClick={act} disabled={disabled} />
  );
  return (
    <span className="order-buttons">
      {ordered && button(t('grading.up'), <ArrowUpOutlined />, () => go(-1), at === 0)}
      {ordered && button(t('grading.down'), <ArrowDownOutlined />, () => go(1), at === items.length - 1)}
      {button(t('grading.remove'), <DeleteOutlined />, () => change(items.filter((_, place) => place !== at)))}
    </span>
  );
}

interface NamesProps {
  of: { nameEn: string; nameZh: string };
  change: (names: { nameEn?: string; nameZh?: string }) => void;
  readOnly: boolean;
}

/** What something is called in both languages. */
export function Names({ of, change, readOnly }: NamesProps) {
  const { t } = useTranslation();
  return (
    <>
      <Input
        className="name-field"
        value={of.nameEn}
        onChange={({ target }) => change({ nameEn: target.value })}
        maxLength={100}
        disabled={readOnly}
        aria-label={t('grading.nameEn')}
        placeholder={t('grading.nameEn')}
        data-testid="name-en"
      />
      <Input
        className="name-field"
        value={of.nameZh}
        onChange={({ target }) => change({ nameZh: target.value })}
        maxLength={100}
        disabled={readOnly}
        aria-label={t('grading.nameZh')}
        placeholder={t('grading.nameZh')}
        data-testid="name-zh"
      />
    </>
  );
}

interface NumberFieldProps {
  label: string;
  value: number;
  change: (value: number) => void;
  min: number;
  max: number;
  readOnly: boolean;
}

export function NumberField({ label, value, change, min, max, readOnly }: NumberFieldProps) {
  const id = useId();
  return (
    <div className="number-field">
      <label htmlFor={id}>{label}</label>
      <InputNumber
        id={id}
        value={value}
        onChange={(next) => change(next ?? min)}
        min={min}
        max={max}
        precision={0}
        disabled={readOnly}
      />
    </div>
  );
}

/** A key that nobody else has. */
export function freshKey(stem: string, taken: readonly string[]): string {
  const place = Array.from({ length: taken.length + 1 }, (_, at) => `${stem}-${at + 1}`);
  return place.find((key) => !taken.includes(key)) ?? stem;
}
