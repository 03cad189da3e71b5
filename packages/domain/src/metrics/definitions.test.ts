import { expect, it } from 'vitest';
import { figureDefinition, formulaWithTargets, type FigureDefinition } from './definitions.ts';

it('formulas of service levels name the targets that queues have set, and no other formula does', () => {
  const queues = [
    { name: 'Mail', targets: [] },
    {
      name: 'Gold',
      targets: [
        { channel: 'chat' as const, percent: 90, seconds: 30 },
        { channel: 'email' as const, percent: 80, seconds: 7200 },
      ],
    },
  ];
  const said = (key: string) => formulaWithTargets(figureDefinition(key) as FigureDefinition, queues);
  expect(said('service-level').en).toMatch(/calls 20 s.*; Gold: chats 30 s, mail 2 h$/);
  expect(said('service-level-of-answered').zh).toMatch(/；Gold：聊天 30 秒，邮件 2 小时$/);
  expect(said('abandonment')).toEqual(figureDefinition('abandonment')?.formula);
  expect(formulaWithTargets(figureDefinition('service-level') as FigureDefinition, [])).toEqual(
    figureDefinition('service-level')?.formula,
  );
});
