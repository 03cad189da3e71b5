import { DeleteOutlined, PlusOutlined } from '@ant-design/icons';
import { Button, Form, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { useSkills } from './use-lists.ts';

const levels = [1, 2, 3, 4, 5] as const;

/** A list of skills, each at a level: what a queue asks for, or what an agent has. Part of a form, under `skills`. */
export function SkillLevels({ label, help }: { label: string; help: string }) {
  const { t } = useTranslation();
  const skills = useSkills();
  return (
    <Form.Item label={label} extra={skills.length === 0 ? t('queues.noSkills') : help}>
      <Form.List name="skills">
        {(fields, { add, remove }) => (
          <>
            {fields.map(({ key, name }) => (
              <div key={key} className="row form-line">
                <Form.Item
                  noStyle
                  name={[name, 'skillId']}
                  rules={[{ required: true, message: t('queues.skillNeeded') }]}
                >
                  <Select
                    className="grow"
                    aria-label={t('queues.skill')}
                    options={skills.map((skill) => ({ value: skill.id, label: skill.name }))}
                  />
                </Form.Item>
                <Form.Item noStyle name={[name, 'level']}>
                  <Select
                    style={{ width: 150 }}
                    aria-label={t('queues.level')}
                    options={levels.map((level) => ({
                      value: level,
                      label: `${level} · ${t(`queues.levelName.l${level}`)}`,
                    }))}
                  />
                </Form.Item>
                <Button icon={<DeleteOutlined />} onClick={() => remove(name)} aria-label={t('queues.removeSkill')} />
              </div>
            ))}
            <Button
              icon={<PlusOutlined />}
              disabled={fields.length >= skills.length}
              onClick={() => add({ level: 3 })}
              data-testid="skill-add"
            >
              {t('queues.addSkill')}
            </Button>
          </>
        )}
      </Form.List>
    </Form.Item>
  );
}
