import { DeleteOutlined, PlusOutlined } from '@ant-design/icons';
import { customerFactNames, type Condition, type FactName, type FactTest, type TestGroup } from '@patchbay/contracts';
import { Button, Select } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { newTest, TestEditor } from './test-editor.tsx';

interface ConditionEditorProps {
  condition: Condition;
  change: (condition: Condition) => void;
  /** Facts that may be asked for here; those about customers unless said otherwise. */
  facts?: readonly FactName[];
  /** What a test that is added begins as. */
  fresh?: () => FactTest;
  grades: readonly string[];
  disabled?: boolean;
  label: string;
}

/** A group of tests, some of which may be groups themselves. */
export function ConditionEditor(props: ConditionEditorProps) {
  const { condition, change, facts, fresh = newTest, grades, disabled, label } = props;
  const { t } = useTranslation();
  const allowed = facts ?? customerFactNames;
  const put = (at: number, part: FactTest | TestGroup | null): void =>
    change({ ...condition, tests: replaced(condition.tests, at, part) });
  const shared = { facts: allowed, fresh, grades, disabled: disabled ?? false };
  return (
    <fieldset className="condition" aria-label={label} data-testid="condition">
      <JoinSelect
        join={condition.join}
        change={(join) => change({ ...condition, join })}
        disabled={disabled ?? false}
      />
      {condition.tests.map((part, at) => {
        const remove = (
          <RemoveButton disabled={shared.disabled || condition.tests.length === 1} remove={() => put(at, null)} />
        );
        return 'tests' in part ? (
          <GroupEditor key={at} group={part} change={(group) => put(at, group)} remove={remove} {...shared} />
        ) : (
          <TestEditor
            key={at}
            test={part}
            change={(test) => put(at, test)}
            remove={remove}
            facts={allowed}
            grades={grades}
            disabled={shared.disabled}
          />
        );
      })}
      {!disabled && (
        <div className="row wrap">
          <AddButton text={t('condition.addTest')} add={() => put(condition.tests.length, fresh())} testId="add-test" />
          <AddButton
            text={t('condition.addGroup')}
            add={() =>
              put(condition.tests.length, { join: condition.join === 'all' ? 'any' : 'all', tests: [fresh()] })
            }
            testId="add-group"
          />
        </div>
      )}
    </fieldset>
  );
}

interface GroupEditorProps {
  group: TestGroup;
  change: (group: TestGroup) => void;
  remove: ReactNode;
  facts: readonly FactName[];
  fresh: () => FactTest;
  grades: readonly string[];
  disabled: boolean;
}

function GroupEditor({ group, change, remove, disabled, fresh, ...shared }: GroupEditorProps) {
  const { t } = useTranslation();
  const put = (at: number, test: FactTest | null): void => change({ ...group, tests: replaced(group.tests, at, test) });
  return (
    <div className="condition condition-inner" role="group" aria-label={t(`condition.${group.join}`)}>
      <div className="row">
        <JoinSelect join={group.join} change={(join) => change({ ...group, join })} disabled={disabled} />
        {remove}
      </div>
      {group.tests.map((test, at) => (
        <TestEditor
          key={at}
          test={test}
          change={(next) => put(at, next)}
          remove={<RemoveButton disabled={disabled || group.tests.length === 1} remove={() => put(at, null)} />}
          disabled={disabled}
          {...shared}
        />
      ))}
      {!disabled && (
        <AddButton text={t('condition.addTest')} add={() => put(group.tests.length, fresh())} testId="add-inner-test" />
      )}
    </div>
  );
}

/** With the part at this place exchanged, taken out, or added at the end. */
function replaced<T>(parts: readonly T[], at: number, part: T | null): T[] {
  return [...parts.slice(0, at), ...(part === null ? [] : [part]), ...parts.slice(at + 1)];
}

interface JoinSelectProps {
  join: Condition['join'];
  change: (join: Condition['join']) => void;
  disabled: boolean;
}

function JoinSelect({ join, change, disabled }: JoinSelectProps) {
  const { t } = useTranslation();
  return (
    <Select
      className="condition-join"
      size="small"
      value={join}
      onChange={change}
      disabled={disabled}
      aria-label={t('condition.join')}
      options={(['all', 'any'] as const).map((value) => ({ value, label: t(`condition.${value}`) }))}
    />
  );
}

function RemoveButton({ remove, disabled }: { remove: () => void; disabled: boolean }) {
  const { t } = useTranslation();
  return (
    <Button
      type="text"
      icon={<DeleteOutlined />}
      disabled={disabled}
      onClick={remove}
      aria-label={t('grading.remove')}
      title={t('grading.remove')}
    />
  );
}

function AddButton({ text, add, testId }: { text: string; add: () => void; testId: string }) {
  return (
    <Button type="dashed" size="small" icon={<PlusOutlined />} onClick={add} data-testid={testId}>
      {text}
    </Button>
  );
}
