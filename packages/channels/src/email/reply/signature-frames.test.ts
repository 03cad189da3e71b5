/** Signatures that are drawn: between two rows of signs, as in Japan, or in the cells of a table. */
import { describe, expect, test } from 'vitest';
import { replyTextOf } from './reply-text.ts';

const answer = '承知しました。\nよろしくお願いいたします。';
const quotation = '\n\n2026年3月3日(火) 10:00 Desk <desk@centre.test>:\n> 発送しました。\n';

describe('a drawn signature goes', () => {
  test.each([
    '======================\n株式会社例\n営業部 山田太郎\nE-mail: yamada@firm.example\nTEL: 03-1234-5678\n======================',
    '--------------------------------\n山田太郎\nhttps://www.firm.example/\n--------------------------------',
    '*****************\nIda Lee\nTel. +49 30 123456\n*****************',
    '=-=-=-=-=-=-=-=-=-=-=\n山田太郎\n\n電話 03-1234-5678\n=-=-=-=-=-=-=-=-=-=-=',
    '| |\n张三\n|\n|\nzhang@firm.example\n|',
    '| |\n张三\n|\n|\n邮箱：zhang@firm.example\n|\n签名由网易邮箱大师定制',
  ])('%s', (signature) => {
    expect(replyTextOf(`${answer}\n\n${signature}\n`)).toBe(answer);
    expect(replyTextOf(`${answer}\n\n${signature}${quotation}`)).toBe(answer);
  });
});

describe('what else stands between such rows stays', () => {
  test.each([
    'Please print this on the card:\n\n*****\nHappy birthday\nIda and Bob\ncall +49 30 123456\n*****',
    'Please deliver to my new address, thanks.\n\n-----\nIda Lee\nLong Road 5\nTel. +49 30 123456\n-----',
    '届け先を変更してください。\n\n-----\n山田太郎\nTEL 03-1234-5678\n-----',
    'We need accounts.\n\n-----\nida@firm.example\nbob@firm.example\n-----',
    'I see this.\n\n=====\nerror 5: no connection\nat line 7\n=====',
    'Lamps we have.\n\n-----\nBlue lamp, which we like best of all.\nSee https://firm.example/blue\n-----',
    '| |\nblue\n|\n|\nred\n|',
    'My serial number is below\n*****\nModel Lux Pro\n4711-2233-4455\n*****',
    'My serial number is this.\n\n*****\nModel Lux Pro\n4711-2233-4455\n*****',
    'these two need a login\n-----\nIda Lee\nida@firm.example\nBob Ray\nbob@firm.example\n-----',
    'These two need a login.\n\n-----\nIda Lee\nida@firm.example\nBob Ray\nbob@firm.example\n-----',
    'Please add our new colleague\n| |\nIda Lee\n|\nida@firm.example\n|',
    'Please add our new colleague.\n\n| |\nIda Lee\n|\nida@firm.example\n|',
    'Write this on the sign.\n*****\nIda Lee\nTel. +49 30 123456\n*****',
    'The lamp is this\n\n=====\nLux\nhttps://lamps.example/lux\n=====',
    'The lamp is this.\n\n=====\nlux pro\nhttps://lamps.example/lux\n=====',
    '新しい担当者です。\n\n-----\n山田太郎\nyamada@firm.example\n-----',
    'これです。\n\n-----\n山田太郎 様\nyamada@firm.example\n-----',
    'これです。\n\n-----\n東京都千代田区\nTEL 03-1234-5678\n-----',
    '请联系我的同事。\n\n| |\n张三\n|\n|\nzhang@firm.example\n|',
  ])('%s', (text) => {
    const words = text.replace(/\n[-=*|]+$/, '');
    expect(replyTextOf(text)).toContain(words);
    expect(replyTextOf(`Hello!\n\n${text}`)).toContain(words);
  });
});
