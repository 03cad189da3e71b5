/** Request types and the form with which a centre starts. Contracts check them when they are written. */

const orderNumber = (required: boolean) => ({
  key: 'orderNumber',
  labelEn: 'Order number',
  labelZh: '订单号',
  type: 'text',
  required,
  max: 60,
});

const option = (value: string, labelEn: string, labelZh: string) => ({ value, labelEn, labelZh });

/** A complaint is more urgent than an order, and an order than a question. */
export const intakeSeed = {
  requestTypes: [
    { key: 'question', nameEn: 'Question', nameZh: '咨询', priority: 0, fields: [] },
    {
      key: 'order',
      nameEn: 'Order',
      nameZh: '订单',
      priority: 10,
      fields: [
        orderNumber(true),
        {
          key: 'concern',
          labelEn: 'What is it about?',
          labelZh: '事由',
          type: 'choice',
          required: true,
          options: [
            option('delivery', 'Delivery', '配送'),
            option('change', 'Change or cancel', '修改或取消'),
            option('return', 'Return', '退货'),
            option('other', 'Something else', '其他'),
          ],
        },
      ],
    },
    {
      key: 'complaint',
      nameEn: 'Complaint',
      nameZh: '投诉',
      priority: 50,
      fields: [
        orderNumber(false),
        { key: 'happenedOn', labelEn: 'When did it happen?', labelZh: '发生日期', type: 'date', required: true },
        {
          key: 'wish',
          labelEn: 'What would put it right?',
          labelZh: '希望如何解决',
          type: 'longtext',
          required: false,
        },
      ],
    },
  ],
  form: {
    slug: 'contact',
    titleEn: 'Contact us',
    titleZh: '联系我们',
    introEn: 'Tell us what you need. We answer by email.',
    introZh: '请告诉我们您的需求，我们会通过邮件回复您。',
    requestTypes: ['question', 'order', 'complaint'],
  },
} as const;
